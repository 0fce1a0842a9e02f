"""What must never be, counted from the simulated truth: what the provider was handed, and what could be known then.

None of it reads a table of recmail's. A row of the shop's that had not arrived when a mail went out could not be known:
what goes out against it is counted apart, as `unknowable`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from simulation.behaviour import Delivery, Life, Order, Said
from simulation.shop import Person

GAP = timedelta(hours=16)
SHELF_LIFE = timedelta(hours=24)
GAP_DAYS = {"daily": 1, "weekly": 7, "monthly": 30}
ENDED_BY_ORDER = ("cart_abandonment", "browse_abandonment", "win_back")
CHECKS = {
    "sent_twice": "messages that the provider was handed twice",
    "above_the_cap": "mails to an address on a day, or in a week or month, that its people did not want",
    "against_consent": "mails to somebody who had said no, or whose address had",
    "to_erased": "mails to somebody who had asked to be erased",
    "after_an_order": "reminders to somebody who had ordered, and items that their reader had bought since the build",
    "past_shelf_life": "mails later than a day after they were due",
    "sold_out": "items that were sold out",
    "wrong_price": "items at another price than the shop's",
}


def audit(life: Life) -> tuple[Counter, Counter]:
    """Violations by check, all of CHECKS; and what could not be known when it went out."""
    found, unknowable = Counter({name: 0 for name in CHECKS}), Counter()
    people = {person.user_id: person for person in life.people}
    found["sent_twice"] += sum(
        times - 1 for times in Counter(mail.message_id for mail in life.deliveries).values()
    )
    found["above_the_cap"] += above_the_cap(life.deliveries, people)
    for mail in life.deliveries:
        for check, is_known in refusals(mail, life.said, people):
            found[check] += is_known
            unknowable[check] += not is_known
        found["past_shelf_life"] += mail.at > mail.send_at + SHELF_LIFE
        found["sold_out"] += sum(mail.shop[item][0] <= 0 for item in mail.items)
        found["wrong_price"] += sum(f"${mail.shop[item][1]:,.2f}" not in mail.html for item in mail.items)
        for is_known in orders_before(mail, life.orders):
            found["after_an_order"] += is_known
            unknowable["after_an_order"] += not is_known
    return found, unknowable


def above_the_cap(deliveries: Iterable[Delivery], people: dict[str, Person]) -> int:
    """Mails that came too soon after the one before to the address, by the calendar of their readers."""
    # of several who share an address the one who wants least
    wanted: dict[str, int] = {}
    for person in people.values():
        wanted[person.email] = max(wanted.get(person.email, 1), GAP_DAYS[person.frequency])
    count, last = 0, {}
    for mail in sorted(deliveries, key=lambda mail: mail.at):
        before = last.get(mail.address)
        zone = ZoneInfo(people[mail.user_id].timezone)
        if before and (
            mail.at - before < GAP
            or (local_day(mail.at, zone) - local_day(before, zone)).days < wanted[mail.address]
        ):
            count += 1
        last[mail.address] = mail.at
    return count


def local_day(at: datetime, zone: ZoneInfo):
    return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def refusals(mail: Delivery, said: Iterable[Said], people: dict[str, Person]) -> Iterable[tuple[str, bool]]:
    """What the mail goes against, and whether that was known when it went out."""
    own, of_address = [], []
    for one in said:
        if one.at <= mail.at:
            if one.user_id == mail.user_id:
                own.append(one)
            elif people[one.user_id].email == mail.address:
                of_address.append(one)
    yes_at = max((one.at for one in own if one.kind == "subscribed"), default=datetime.min)
    person = people[mail.user_id]
    if not own and person.consent == "never_subscribed":
        yield "against_consent", True
    for one in own:
        if one.kind == "erased":
            yield "to_erased", one.known_at <= mail.at
        elif one.kind in ("withdrawn", "unsubscribed") and one.at > yes_at:
            yield "against_consent", one.known_at <= mail.at
    for one in own + of_address:
        # a bounce and a complaint hold an address, an unsubscribe as well unless its reader said yes later
        if one.kind in ("bounced", "complained") or (
            one in of_address and one.kind == "unsubscribed" and one.at > yes_at
        ):
            yield "against_consent", one.known_at <= mail.at


def orders_before(mail: Delivery, orders: Iterable[Order]) -> Iterable[bool]:
    """Whether each order that answers the mail, or bought what it shows, since its build was known at the hand-over."""
    for order in orders:
        if (
            order.user_id == mail.user_id
            and mail.built_at < order.arrives_at
            and order.at <= mail.at
            and (order.at > mail.built_at - timedelta(days=3))
        ):
            is_answered = mail.trigger in ENDED_BY_ORDER
            if is_answered or set(order.items) & set(mail.items):
                yield order.arrives_at <= mail.at


ITEM_LINK = re.compile(r"https://shop\.recmail\.example/item/(i[0-9]+)")


def shown_items(html: str) -> list[str]:
    return list(dict.fromkeys(ITEM_LINK.findall(html)))
