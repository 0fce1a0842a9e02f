"""Selector realtime: what is new becomes new messages, and all else is what the full build had made of it."""

from shop import AS_OF, small_shop, write_parquet
from warehouse import Build, assert_same, build

from email_render.run import Job, render_queue

# which inputs a row is of
OF_THE_RUN = "exclude (input_fingerprint)"
KEY = b"0123456789abcdef0123456789abcdef"


def rows(built: Build, relation: str, columns: str = "") -> dict[str, list[str]]:
    """By user."""
    found: dict[str, list[str]] = {}
    query = f"select user_id, cast(t as varchar) from (select * {columns} from {relation}) as t order by all"
    for user, row in built.query(query):
        found.setdefault(user, []).append(row)
    return found


def test_what_is_new_reaches_the_queue_and_nothing_else_changes(small, tmp_path):
    """Consent and an opt-out change whom to mail and no list: to the last digit the rest is the full build's."""
    tables = small_shop()
    willing = [user for user in tables["users"] if user["email_consent"] == "unsubscribed"]
    for user in willing:
        user["email_consent"] = "subscribed"
    leaving = min(rows(small, "email_queue"))
    tables["email_events"].append(
        {"event_id": "new", "event_type": "unsubscribe", "occurred_at": AS_OF, "user_id": leaving}
    )
    own = small.copied_to(tmp_path)
    inputs = write_parquet(tables, tmp_path / "in")
    built = build(own.database, {"input_location": str(inputs)}, "--selector", "realtime")
    assert built.succeeded, built.text
    assert built.value("select problem from inputs.latest_run") is None
    render_queue(Job(built.database, tmp_path / "emails", KEY, "sql"), 1, None)

    before, after = rows(small, "email_queue", OF_THE_RUN), rows(built, "email_queue", OF_THE_RUN)
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    assert new and new <= {user["user_id"] for user in willing} and gone == {leaving}
    assert {user for user in before.keys() & after.keys() if before[user] != after[user]} == set()
    decisions = dict(built.query("select user_id, reason from send_decisions"))
    assert decisions[leaving] == "unsubscribed" and {decisions[user] for user in new} == {"mailable"}
    assert_same(built, small, ["user_recommendations", "int_item_neighbours", "int_item_trends"])


def test_what_may_not_be_shown_any_more_is_not(small, tmp_path):
    """An item that the shop says is cigarettes is taken from lists and emails at once, though all else of it waits."""
    (shown,) = small.query(
        "select item_id from user_recommendations group by item_id order by count(*) desc, item_id limit 1"
    )[0]
    tables = small_shop()
    for item in tables["items"]:
        if item["item_id"] == shown:
            item["category"] = "Cigarettes"
    inputs = write_parquet(tables, tmp_path / "in")
    built = build(
        small.copied_to(tmp_path).database, {"input_location": str(inputs)}, "--selector", "realtime"
    )
    assert built.succeeded, built.text
    assert built.value("select count(*) from email_queue") > 0
    for relation in ("user_recommendations", "int_recommendations", "int_message_places"):
        assert built.value(f"select count(*) from {relation} where item_id = '{shown}'") == 0, relation
