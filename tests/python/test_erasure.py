"""Who asks to be erased is gone from every table of the next build, and nobody else loses a row."""

from datetime import timedelta
from functools import cache

import pytest
from shop import AS_OF, Tables, small_shop, write_parquet
from warehouse import Build, build, marts

MARK = "7e3c"  # stands in every id, address and name of the person, in no other value
USER, DEVICE, TABLET = f"user-{MARK}", f"device-{MARK}", "family tablet"
CAMPAIGN = "one id for all who got it"
YESTERDAY = AS_OF - timedelta(days=1)
# these tell of the run and of the requests; what they may not tell of is the person
OF_THE_RUN = {
    "inputs.latest_run",
    "inputs.erasure_requests",
    "input_fingerprint",
    "input_history",
    "state.input_runs",
    "input_row_counts",
    "input_validation_results",
    "metric_alerts",  # tells of them
    "checked_erasure_requests",
    "rejected_erasure_requests",
    "stg_erasure_requests",
}


def shop_without_the_person() -> Tables:
    """The small shop, with an order that u1 made on a tablet which the person uses too, and a mail sent to both."""
    tables = small_shop()
    del tables["erasure_requests"]
    tables["identities"].append({"anonymous_id": TABLET, "user_id": "u1", "linked_at": YESTERDAY})
    tables["orders"].append(
        {"order_id": "tablet", "user_id": "u1", "anonymous_id": TABLET, "ordered_at": YESTERDAY}
    )
    tables["order_lines"].append(line("tablet", "i5"))
    click = {"event_type": "click", "occurred_at": YESTERDAY, "message_id": CAMPAIGN}
    tables["email_events"] += [
        click | {"event_id": "of u1", "user_id": "u1"},
        # of one of its readers, nobody knows which
        click | {"event_id": "of a reader", "user_id": None},
    ]
    return tables


def line(order_id: str, item_id: str, quantity: int = 1) -> dict:
    line_id = f"{order_id} {item_id}"
    return {
        "order_line_id": line_id,
        "order_id": order_id,
        "item_id": item_id,
        "quantity": quantity,
        "unit_price": 3.0,
    }


def rows_of_the_person() -> Tables:
    """Valid, faulty and anonymous ones, in every table that can name a user."""
    user = {"user_id": USER, "email": f"zeb.{MARK}@example.com", "first_name": f"Zeb {MARK}"}
    user["email_consent"] = "subscribed"
    order = {"order_id": f"o1-{MARK}", "user_id": USER, "ordered_at": YESTERDAY}
    view = {"event_id": f"w1-{MARK}", "event_type": "item_view", "occurred_at": YESTERDAY, "item_id": "i7"}
    click = {"event_id": f"e1-{MARK}", "event_type": "click", "occurred_at": YESTERDAY, "user_id": USER}
    impression = {"impression_id": f"c1-{MARK}", "context": "home", "occurred_at": YESTERDAY, "item_id": "i7"}
    link = {"anonymous_id": DEVICE, "user_id": USER, "linked_at": YESTERDAY}
    return {
        "users": [user, user],
        "orders": [
            order,
            order | {"order_id": f"o2-{MARK}", "order_status": "teleported"},
            order | {"order_id": f"o3-{MARK}", "user_id": None, "anonymous_id": DEVICE},
        ],
        "order_lines": [
            line(f"o1-{MARK}", "i5"),
            line(f"o1-{MARK}", "i6", quantity=0),
            line(f"o1-{MARK}", "i5", quantity=-1) | {"order_line_id": f"C-{MARK}"},
            line(f"o3-{MARK}", "i8"),
        ],
        "web_events": [
            view | {"user_id": USER, "search_query": f"zeb.{MARK}@example.com"},
            view | {"event_id": f"w2-{MARK}", "anonymous_id": DEVICE},
            view | {"event_id": f"w3-{MARK}", "anonymous_id": DEVICE, "event_type": "teleport"},
        ],
        "email_events": [
            click | {"message_id": f"m1-{MARK}", "item_id": "i7"},
            click | {"event_id": f"e2-{MARK}", "event_type": "eaten"},
            click | {"event_id": f"e4-{MARK}", "message_id": CAMPAIGN},
            # named by a message alone
            click
            | {
                "event_id": "e3",
                "user_id": None,
                "message_id": f"<m1-{MARK}>",
                "user_agent": f"phone {MARK}",
            },
        ],
        "identities": [
            link,
            link | {"linked_at": None},
            link | {"anonymous_id": TABLET},
            link | {"anonymous_id": " "},
        ],
        "experiment_assignments": [
            {"experiment": "subject", "user_id": USER, "arm": "a", "assigned_at": YESTERDAY},
            {"experiment": "subject", "user_id": USER, "arm": None, "assigned_at": YESTERDAY},
        ],
        "user_exclusions": [
            {"user_id": USER, "kind": "item", "value": "i5", "excluded_at": YESTERDAY},
            {"user_id": USER, "kind": "mood", "value": "i5", "excluded_at": YESTERDAY},
        ],
        "context_impressions": [
            impression | {"user_id": USER},
            impression | {"impression_id": f"c2-{MARK}", "user_id": USER, "context": "moon"},
        ],
        "send_log": [
            {"message_id": f"m1-{MARK}", "user_id": USER, "state": "accepted", "send_at": YESTERDAY},
            {"message_id": f"m2-{MARK}", "user_id": USER, "state": "beamed", "send_at": YESTERDAY},
        ],
        "erasure_requests": [],
    }


REQUESTS = [
    {"user_id": f" {USER} ", "requested_at": YESTERDAY},
    {"user_id": USER, "requested_at": None},
    {"user_id": "  ", "requested_at": YESTERDAY},
    {"user_id": None, "requested_at": YESTERDAY},
]


def mentions(built: Build) -> dict[str, int]:
    """How many rows mention the person, of every relation that has such rows."""
    # of which one is a view of the shop's own file
    relations = [relation for relation in built.relations() if relation != "inputs.erasure_requests"]
    found = {
        relation: sum(MARK in row for row in rows) for relation, rows in built.contents(relations).items()
    }
    return {relation: count for relation, count in found.items() if count}


@cache
def exports() -> set[str]:
    return {*marts("exports"), "state.stg_exported_rows", "state.exported_rows"}


def comparable(relation: str) -> str:
    """The rows without the numbers of orders: new ones come after the person's, of whom only numbers are left."""
    # a tombstone is a hash that destinations know, and nothing else
    without_tombstones = "where operation = 'upsert'" if relation in exports() else ""
    return (
        f"(select columns(lambda c: c not in ('order_key', 'profile_key')) from {relation} {without_tombstones}"
        f"{' where user_id is not null' if relation == 'state.user_keys' else ''}"
        f"{' where order_id is not null' if relation == 'state.order_keys' else ''})"
    )


def contents(built: Build) -> dict[str, list[str]]:
    """Of each relation the rows that may not tell of the person, without what tells one run's inputs from another's."""
    fingerprint = built.value("select input_fingerprint from gate.input_fingerprint")
    rows_of = {comparable(relation): relation for relation in built.relations() if relation not in OF_THE_RUN}
    return {
        rows_of[rows]: [row.replace(fingerprint, "these inputs") for row in content]
        for rows, content in built.contents(rows_of).items()
    }


@pytest.fixture(scope="module")
def never_there(tmp_path_factory) -> Build:
    folder = tmp_path_factory.mktemp("never_there")
    return build(
        folder / "w.duckdb",
        {"input_location": str(write_parquet(shop_without_the_person(), folder / "inputs"))},
    )


@pytest.fixture(scope="module")
def erased(tmp_path_factory) -> tuple[dict[str, int], Build]:
    """What mentioned the person before the request, and the next build of the same warehouse."""
    folder = tmp_path_factory.mktemp("erased")
    tables = shop_without_the_person()
    for table, rows in rows_of_the_person().items():
        tables[table] = tables.get(table, []) + rows
    variables = {"input_location": str(write_parquet(tables, folder / "inputs"))}
    before = build(folder / "w.duckdb", variables)
    assert before.succeeded, before.text
    mentioned = mentions(before)
    write_parquet({"erasure_requests": REQUESTS}, folder / "inputs")
    return mentioned, build(folder / "w.duckdb", variables)


def test_the_search_finds_a_person_who_is_there(erased):
    mentioned, _ = erased
    for table in rows_of_the_person().keys() - {"erasure_requests"}:
        assert f"stg_{table}" in mentioned
        assert f"rejected_{table}" in mentioned
    assert {"int_cancellations", "user_recommendations", "email_queue"} <= mentioned.keys()


def test_no_relation_mentions_who_was_erased(erased):
    _, built = erased
    assert built.succeeded, built.text
    assert mentions(built) == {}
    assert MARK not in built.text


def test_everything_is_as_if_the_person_had_never_been_there(erased, never_there):
    _, built = erased
    assert never_there.succeeded, never_there.text
    assert built.relations() == never_there.relations()
    expected = contents(never_there)
    for relation, rows in contents(built).items():
        assert rows == expected[relation], relation


def test_of_the_request_only_the_time_is_kept(erased):
    _, built = erased
    assert built.query("select requested_at, request_number from stg_erasure_requests") == [(YESTERDAY, 1)]
    assert built.query(
        "select reject_reasons, count(*), count(raw_row) from rejected_erasure_requests "
        "group by all order by all"
    ) == [("duplicate of user_id", 1, 0), ("user_id is missing", 2, 0)]
