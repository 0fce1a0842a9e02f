"""Triggers over several days: an occasion is answered once, whatever is built after, and what was sent cools down."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from shop import AS_OF, Tables, small_shop, write_parquet
from warehouse import Build, build

from email_render.run import Job, render_queue

KEY = b"0123456789abcdef0123456789abcdef"
HOUR = timedelta(hours=1)
CART = "https://shop.example/cart?user={user_id}"


def shop_with_a_cart() -> Tables:
    """The small shop, where u5, u11 and u13 left i30 in the cart, u6 looked at it, and u8 at i3, which is sold out."""
    tables = small_shop()
    acts = [("u5", "cart_add", "i30"), ("u6", "item_view", "i30"), ("u8", "item_view", "i3")]
    acts += [("u11", "cart_add", "i30"), ("u13", "cart_add", "i30")]
    for number, (user, event_type, item) in enumerate(acts):
        tables["web_events"].append(
            {
                "event_id": f"t{number}",
                "event_type": event_type,
                "occurred_at": AS_OF - 4 * HOUR,
                "user_id": user,
                "item_id": item,
            }
        )
    for user in tables["users"]:
        user |= {"email_consent": "subscribed", "email_frequency": "daily"}
    # nobody ordered since
    tables["orders"] = [row for row in tables["orders"] if row["ordered_at"] < AS_OF - 5 * HOUR]
    moments_of_a_customer(tables)
    return tables


def moments_of_a_customer(tables: Tables) -> None:
    """u38 has signed up, u20's first order is a year old, and u36, who ordered once, was not seen for a month."""
    for user in tables["users"]:
        if user["user_id"] == "u38":
            user["signed_up_at"] = AS_OF - HOUR
    first = {**tables["orders"][0], "order_id": "first", "user_id": "u20", "anonymous_id": None}
    tables["orders"].append(first | {"ordered_at": AS_OF.replace(year=AS_OF.year - 1) - HOUR})
    line = {**tables["order_lines"][0], "order_line_id": "first", "order_id": "first", "returned_quantity": 0}
    tables["order_lines"].append(line)
    of_the_lost = [row for row in tables["orders"] if "36" in (row["user_id"] or row["anonymous_id"])]
    # the rest of them is nobody's, so that nothing is due to be bought again
    for row in of_the_lost:
        row |= {"user_id": None, "anonymous_id": None}
    of_the_lost[0] |= {"user_id": "u36", "ordered_at": AS_OF - 31 * 24 * HOUR}
    for name in ("web_events", "email_events"):
        tables[name] = [row for row in tables[name] if row["user_id"] != "u36"]


def queue_at(folder: Path, tables: Tables, as_of) -> Build:
    inputs = write_parquet(tables, folder / f"inputs {as_of:%d %H}")
    variables = {"input_location": str(inputs), "as_of": str(as_of), "holdout_share": 0, "cart_url": CART}
    built = build(
        folder / "w.duckdb",
        variables,
        "--select",
        "+email_queue",
        "user_recommendations",
        "placement_recommendations",
    )
    assert built.succeeded, built.text
    others = built.query(
        f"select trigger_type, cart_url from email_queue where cart_url is distinct from case trigger_type "
        f"when 'cart_abandonment' then replace('{CART}', '{{user_id}}', user_id) end"
    )
    assert others == [], "cart mails, and they alone, lead to the reader's cart"
    return built


@pytest.fixture(scope="module")
def days(tmp_path_factory) -> tuple[list[tuple], list[tuple], Build]:
    """The queues of two days; all of the first was sent, and then i30 got cheaper and i3 came back.

    Of u11's email the time is unreadable, of u13's the open is all that is told.
    """
    folder = tmp_path_factory.mktemp("days")
    tables = shop_with_a_cart()
    columns = "select message_id, user_id, trigger_type, placement, subject from email_queue order by all"
    first = queue_at(folder, tables, AS_OF).query(columns)
    for number, (message_id, user_id, *_) in enumerate(first):
        tables["email_events"].append(
            {
                "event_id": f"s{number}",
                "event_type": "open" if user_id == "u13" else "sent",
                "occurred_at": None if user_id == "u11" else AS_OF + HOUR,
                "user_id": user_id,
                "message_id": message_id,
            }
        )
    items = {row["item_id"]: row for row in tables["items"]}
    items["i30"]["price"] *= 0.8
    items["i3"]["stock_quantity"] = 50
    second = queue_at(folder, tables, AS_OF + 24 * HOUR)
    return first, second.query(columns), second


def test_who_left_a_cart_hears_of_the_cart(days):
    first, _, _ = days
    about = {user: (trigger, placement) for _, user, trigger, placement, _ in first}
    assert about["u5"] == ("cart_abandonment", "cart_reminder")
    assert about["u6"] == ("browse_abandonment", "browse_reminder")
    subjects = {user: subject for _, user, _, _, subject in first}
    assert "Tea no. 30" in subjects["u5"] and "Tea no. 30" in subjects["u6"]


def test_moments_of_a_customer_have_lists_and_words_of_their_own(days):
    first, _, built = days
    about = {user: (trigger, placement) for _, user, trigger, placement, _ in first}
    assert about["u38"] == ("welcome", "first_look")
    assert about["u20"] == ("anniversary", "anniversary")
    assert about["u36"] == ("win_back", "next_visit")
    assert built.query("select placement from triggers group by placement having count(*) > 1") == [], (
        "each trigger has a list of its own"
    )


def test_no_occasion_is_answered_twice(days):
    first, second, _ = days
    assert {"u11", "u13"} <= {user for _, user, trigger, *_ in first if trigger == "cart_abandonment"}
    assert first and second
    assert {row[0] for row in first}.isdisjoint(row[0] for row in second)
    assert len({row[1] for row in second}) == len(second)


def test_what_was_sent_cools_down(days):
    """The cart is still within its window, and every other trigger's occasion too."""
    first, second, _ = days
    sent = {(user, trigger) for _, user, trigger, *_ in first if trigger != "recommendations"}
    assert sent
    assert sent.isdisjoint((user, trigger) for _, user, trigger, *_ in second)
    assert {user for user, _ in sent} <= {user for _, user, *_ in second}


def test_who_wanted_an_item_hears_that_it_costs_less_or_is_back(days):
    _, second, _ = days
    about = {user: (trigger, subject) for _, user, trigger, _, subject in second}
    for user, trigger, name in [
        ("u5", "price_drop", "Tea no. 30"),
        ("u6", "price_drop", "Tea no. 30"),
        ("u8", "back_in_stock", "Spoons no. 3"),
    ]:
        assert about[user][0] == trigger and name in about[user][1]


def test_the_digest_is_another_one_each_day(days):
    first, second, _ = days
    both = {row[1] for row in first if row[2] == "recommendations"} & {
        row[1] for row in second if row[2] == "recommendations"
    }
    assert both


def test_emails_go_out_while_berlin_is_awake_and_reminders_at_once(days):
    _, _, built = days
    rows = built.query(
        "select waits_for_best_hour, send_time_arm, timezone('Europe/Berlin', send_at at time zone 'UTC'), "
        "send_at - as_of, expires_at - send_at from email_queue inner join triggers using (trigger_type)"
    )
    at_once = [(arm, wait) for waits, arm, _, wait, _ in rows if not waits]
    assert at_once and set(at_once) == {(None, timedelta())}, "it is two in the afternoon"
    assert (
        "best_hour"
        in {arm for waits, arm, *_ in rows if waits}
        <= {"best_hour", "morning", "evening", "control"}
    )
    assert all(8 <= local.hour < 21 and wait < 24 * HOUR for _, _, local, wait, _ in rows)
    assert {left for *_, left in rows} == {24 * HOUR}


def test_state_knows_what_each_run_queued(days):
    first, second, built = days
    counted = built.query("select as_of, count(*) from state.queued_messages group by as_of order by as_of")
    assert counted == [(AS_OF, len(first)), (AS_OF + 24 * HOUR, len(second))]


def test_an_email_shows_the_list_of_its_placement(days, tmp_path):
    _, second, built = days
    render_queue(Job(built.database, tmp_path / "emails", KEY, "sql"), 1, None)
    emails = {
        row["message_id"]: row
        for part in (tmp_path / "emails").glob("part-*.parquet")
        for row in pq.read_table(part).to_pylist()
    }
    placed = [row for row in second if row[3] != "email_digest"]
    assert placed
    for message_id, user_id, _, placement, _ in placed:
        names = built.query(
            f"select item_name from placement_recommendations where user_id = '{user_id}' "
            f"and placement = '{placement}' and position <= 4"
        )
        assert all(name in emails[message_id]["text"] for (name,) in names)
