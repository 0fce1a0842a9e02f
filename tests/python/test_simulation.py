"""The made-up shop: its audit finds what must not be, its people live by the seed, days of it end with none of that."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
import warehouse

from simulation.audit import CHECKS, audit, shown_items
from simulation.behaviour import Delivery, Life, Order, Said
from simulation.report import last_line, page
from simulation.run import Simulation

T0 = datetime(2026, 3, 2)
HOUR = timedelta(hours=1)


def life(**of_reader) -> Life:
    """Somebody in Berlin who wants mail daily, alone at the address, and a neighbour who shares another's."""
    lived = Life(1, 10, T0, lambda user, at: None)
    for name, value in (
        {"consent": "subscribed", "frequency": "daily", "timezone": "Europe/Berlin"} | of_reader
    ).items():
        setattr(lived.people[0], name, value)
    return lived


def mail(number: int = 1, at: datetime = T0 + 8 * HOUR, **values) -> Delivery:
    fields = {
        "message_id": f"m{number}",
        "trigger": "recommendations",
        "address": "sim0@mail.example",
        "user_id": "u0",
        "at": at,
        "built_at": at - 3 * HOUR,
        "send_at": at - 3 * HOUR,
        "items": ["i1"],
        "html": "Shirt $10.00",
        "shop": {"i0": (0, 5.0), "i1": (3, 10.0)},
    }
    return Delivery(**fields | values)


def said(kind: str, hours: float, known_after: float = 0, user: str = "u0") -> Said:
    return Said(user, kind, T0 + hours * HOUR, T0 + (hours + known_after) * HOUR)


def ordered(hours: float, arrives: float, items: list[str]) -> Order:
    return Order("o1", "u0", T0 + hours * HOUR, T0 + arrives * HOUR, items)


DAY = 24 * HOUR
MORNING = T0 + 8 * HOUR
# what was sent, said, ordered; what is found, and what could not be known
CASES = {
    "all well": ([mail(), mail(2, MORNING + DAY)], [], [], {}, {}),
    "twice": ([mail(), mail()], [], [], {"sent_twice": 1, "above_the_cap": 1}, {}),
    "two a day": ([mail(), mail(2, MORNING + 9 * HOUR)], [], [], {"above_the_cap": 1}, {}),
    "within 16 hours, on two days": (
        [mail(at=T0 + 20 * HOUR), mail(2, T0 + 32 * HOUR)],
        [],
        [],
        {"above_the_cap": 1},
        {},
    ),
    "unsubscribed": ([mail()], [said("unsubscribed", 7)], [], {"against_consent": 1}, {}),
    "said later": ([mail()], [said("unsubscribed", 9)], [], {}, {}),
    "yes again": ([mail()], [said("unsubscribed", 1), said("subscribed", 2)], [], {}, {}),
    "bounced, not known yet": ([mail()], [said("bounced", 7, 2)], [], {}, {"against_consent": 1}),
    "erased": ([mail()], [said("erased", 6)], [], {"to_erased": 1}, {}),
    "bought what it shows": ([mail()], [], [ordered(6, 7, ["i1"])], {"after_an_order": 1}, {}),
    "bought something else": ([mail()], [], [ordered(6, 7, ["i2"])], {}, {}),
    "reminded after an order": (
        [mail(trigger="cart_abandonment")],
        [],
        [ordered(6, 7, ["i2"])],
        {"after_an_order": 1},
        {},
    ),
    "the order came late": ([mail()], [], [ordered(6, 9, ["i1"])], {}, {"after_an_order": 1}),
    "the build knew it": ([mail()], [], [ordered(3, 4, ["i1"])], {}, {}),
    "late": ([mail(send_at=MORNING - 25 * HOUR)], [], [], {"past_shelf_life": 1}, {}),
    "wrong price": ([mail(html="Shirt $9.00")], [], [], {"wrong_price": 1}, {}),
    "sold out": ([mail(items=["i0"], html="$5.00")], [], [], {"sold_out": 1}, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_audit_finds(case):
    deliveries, words, orders, expected, not_known = CASES[case]
    lived = life()
    lived.deliveries, lived.said, lived.orders = deliveries, words, orders
    found, unknowable = audit(lived)
    assert found.keys() == CHECKS.keys()
    assert (+found, +unknowable) == (Counter(expected), Counter(not_known))


def test_a_weekly_reader_and_who_never_said_yes():
    lived = life(frequency="weekly")
    lived.deliveries = [mail(number, MORNING + number * DAY) for number in (0, 6, 8)]
    assert +audit(lived)[0] == Counter(above_the_cap=2)
    lived.people[0].consent = "never_subscribed"
    assert audit(lived)[0]["against_consent"] == 3


def test_items_of_a_mail_are_those_that_it_links_to():
    links = "https://shop.recmail.example/item/i7?utm=1 https://shop.recmail.example/item/i12 https://shop.recmail.example/"
    assert shown_items(links + links) == ["i7", "i12"]


def test_a_life_is_its_seeds_and_its_rows_come_late():
    lives = [Life(7, 20, T0, lambda user, at: None) for _ in range(2)]
    for one in lives:
        one.advance(T0 + 20 * DAY)
    first, again = (one.tables() for one in lives)
    assert first == again and {"users", "items", "orders", "order_lines", "web_events"} <= first.keys()
    waits = [arrival.arrives_at - arrival.at for arrival in lives[0].arrivals]
    assert min(waits) > timedelta() and max(waits) > DAY
    times = [row["occurred_at"] for row in first["web_events"]]
    assert times != sorted(times), "out of order"
    other = Life(8, 20, T0, lambda user, at: None)
    other.advance(T0 + 20 * DAY)
    assert other.tables() != first


def test_days_with_crashes_end_with_nothing_that_must_not_be(tmp_path):
    """A week: `make simulate` lives for several."""
    days = 7
    record = Simulation(tmp_path, days, 30, 2, 1, warehouse.manifest(warehouse.GATE_IN_SQL)).run()
    found, unknowable = audit(record.life)
    assert not +found, found
    assert len(record.life.deliveries) > 10 and len(record.queued) == days
    assert [(step.partition(",")[0], died) for _, step, died in record.crashes] == [
        ("sender", "killed"),
        ("build", "killed"),
    ]
    states = Counter()
    for state, _, count in record.states:
        states[state] += count
    # a sender died between the hand-over and the answer: nobody knows, and it is not sent again
    assert states["ambiguous"] == 1 and states["accepted"] > 10
    assert states.keys() <= {"accepted", "ambiguous", "dropped", "expired", "rendered", "queued"}
    assert last_line(record, found, days).endswith(
        "0 sent twice, 0 above the cap, 0 against consent, 0 to erased, 0 after an order, 0 past shelf life, "
        "0 sold out, 0 wrong price"
    )
    assert record.revisions, "something changed between a build and a send"
    assert "What must not be" in page(record, found, unknowable, days)
