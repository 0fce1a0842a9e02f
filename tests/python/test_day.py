"""A day's build (only_touched_users: always): all that a full build makes, but lists of touched users alone.

Three days of the small shop after one another, each from what the day before left, beside a full build from the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from dbt_macros import project_macros
from shop import AS_OF, Tables, small_shop, write_parquet
from warehouse import NO_GATE, Build, build, connect, failing_tests, manifest

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REFRESH = 7
TOUCHED = "model.recmail.int_touched_users"


@dataclass
class Day:
    before: Build
    own: Build  # only_touched_users: always
    full: Build

    def reasons(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for user, reason in self.own.query("select user_id, reason from int_touched_users"):
            found.setdefault(user, set()).add(reason)
        return found


def view(tables: Tables, user: str, item: str, occurred_at: datetime) -> None:
    number = len(tables["web_events"])
    event = {"event_id": f"late{number}", "user_id": user, "anonymous_id": None, "item_id": item}
    tables["web_events"].append(tables["web_events"][0] | event | {"occurred_at": occurred_at})


def order(tables: Tables, user: str, item: str, ordered_at: datetime) -> None:
    number = len(tables["orders"])
    of = {"order_id": f"later{number}"}
    head = {"user_id": user, "anonymous_id": None, "ordered_at": ordered_at}
    tables["orders"].append(tables["orders"][1] | of | head)
    line = {"order_line_id": f"later{number}", "item_id": item, "is_gift": False}
    tables["order_lines"].append(tables["order_lines"][0] | of | line)


def last_line(tables: Tables, user: str) -> dict:
    of_user = {row["order_id"] for row in tables["orders"] if row["user_id"] == user}
    return [line for line in tables["order_lines"] if line["order_id"] in of_user][-1]


def first_day(tables: Tables, _: Build) -> None:
    """Somebody and something new, an order, and a view that arrives two days late."""
    items, users = tables["items"], tables["users"]
    items.append(items[7] | {"item_id": "i40", "item_name": "Cups no. 40", "published_at": AS_OF + 2 * HOUR})
    users.append(users[1] | {"user_id": "u40", "email": "user40@example.com", "signed_up_at": AS_OF + HOUR})
    view(tables, "u6", "i30", AS_OF - 2 * DAY)
    order(tables, "u5", "i12", AS_OF + DAY)


def second_day(tables: Tables, before: Build) -> None:
    """A return, a cancelled order, an order from before the last build, and a price of what few are shown."""
    last_line(tables, "u7")["returned_quantity"] = 2
    cancelled = last_line(tables, "u9")["order_id"]
    for row in tables["orders"]:
        if row["order_id"] == cancelled:
            row["order_status"] = "cancelled"
    order(tables, "u11", "i21", AS_OF + 2 * HOUR)
    (rare,) = before.query(
        "select item_id from int_placement_lists group by item_id order by count(distinct user_id), item_id limit 1"
    )[0]
    for item in tables["items"]:
        if item["item_id"] == rare:
            item["price"] = 1.25
    order(tables, "u40", "i2", AS_OF + 2 * DAY)


def third_day(tables: Tables, before: Build) -> None:
    """Somebody is erased, one does not want to see what the list has, one wants mail, and something is sold out."""
    tables["erasure_requests"].append({"user_id": "u8", "requested_at": AS_OF + 3 * DAY})
    (shown,) = before.query(
        "select item_id from user_recommendations where user_id = 'u12' order by position"
    )[0]
    unwanted = {"user_id": "u12", "value": shown, "excluded_at": AS_OF + 2.5 * DAY}
    tables["user_exclusions"].append(tables["user_exclusions"][0] | unwanted)
    tables["users"][10]["email_consent"] = "subscribed"
    (rare,) = before.query(
        "select item_id from int_placement_lists group by item_id order by count(distinct user_id), item_id limit 1"
    )[0]
    for item in tables["items"]:
        if item["item_id"] == rare:
            item["stock_quantity"] = 0
    view(tables, "u13", "i31", AS_OF + 3 * DAY)


def built(before: Build, inputs: Path, folder: Path, users: str, *options: str) -> Build:
    variables = {"input_location": str(inputs), "only_touched_users": users, "lists_refresh_days": REFRESH}
    made = build(before.copied_to(folder / users).database, variables, *NO_GATE, *options)
    assert made.succeeded, made.text
    return made


def mailed_shop() -> Tables:
    """Two of three users want an email a month, and had one."""
    tables = small_shop()
    for number, user in enumerate(tables["users"]):
        if number % 3:
            user["email_frequency"] = "monthly"
            event = {
                "event_id": f"sent{number}",
                "event_type": "sent",
                "message_id": f"sent{number}",
                "item_id": None,
            }
            of = {"user_id": user["user_id"], "occurred_at": AS_OF - HOUR}
            tables["email_events"].append(tables["email_events"][0] | event | of)
    return tables


@pytest.fixture(scope="module")
def days(tmp_path_factory) -> list[Day]:
    tables, made, folder = mailed_shop(), [], tmp_path_factory.mktemp("day0")
    location = {"input_location": str(write_parquet(tables, folder / "in")), "lists_refresh_days": REFRESH}
    before = build(folder / "w.duckdb", location)
    assert before.succeeded, before.text
    for number, happened in enumerate((first_day, second_day, third_day), start=1):
        folder = tmp_path_factory.mktemp(f"day{number}")
        happened(tables, before)
        inputs = write_parquet(tables, folder / "in")
        own = built(before, inputs, folder, "always")
        made.append(Day(before, own, built(before, inputs, folder, "never", "--full-refresh")))
        before = own
    return made


def models() -> dict[str, object]:
    return {id: node for id, node in manifest({}).nodes.items() if node.resource_type == "model"}


def after_touched_users() -> set[str]:
    """Ids of models that read, through others, whose lists are made."""
    nodes, found, size = models(), {TOUCHED}, 0
    while size < len(found):
        size = len(found)
        found |= {id for id, node in nodes.items() if found & set(node.depends_on.nodes)}
    return found


def lists() -> list[str]:
    """Tables that keep the rows of who was not touched."""
    return sorted(
        node.name
        for node in models().values()
        if node.config.materialized == "table_in_parts"
        and node.config.extra["part_keys"]["key"] == "user_key"
    )


def test_what_is_of_the_shop_or_of_every_user_is_what_a_full_build_makes(days):
    """Row for row: all that does not come after the choice of users."""
    later = after_touched_users()
    names = [
        node.name
        for id, node in models().items()
        if id not in later
        and not {"inputs", "gate", "state"} & set(node.fqn)
        and node.name != "input_history"
    ]
    assert len(names) > 200 and {"int_item_neighbours", "int_user_features", "int_interactions"} <= set(names)
    for day in days:
        expected = day.full.contents(names)
        found = day.own.contents(names)
        assert [name for name in names if found[name] != expected[name]] == []


def test_touched_users_get_what_a_full_build_gives_them_and_others_keep_theirs(days):
    for number, day in enumerate(days):
        reasons = day.reasons()
        assert not any("full_build" in found for found in reasons.values())
        everybody = {user for (user,) in day.own.query("select user_id from int_user_keys")}
        others = everybody - reasons.keys()
        assert len(others) > 5, (number, len(others))
        for relation in (
            *lists(),
            "user_recommendations",
            "placement_recommendations",
            "recommendation_contributions",
        ):
            before, own, full = (made.rows_by_user(relation) for made in (day.before, day.own, day.full))
            for user in reasons:
                assert own.get(user) == full.get(user), (number, relation, user, reasons[user])
            if relation in lists():
                for user in others:
                    assert own.get(user) == before.get(user), (number, relation, user)


def test_whom_something_happened_to_is_touched(days):
    """Late, returned, cancelled, new, wanted and unwanted; and a list says as of when it was made."""
    first, second, third = (day.reasons() for day in days)
    assert "events" in first["u5"] and "events" in first["u6"] and "no_list" in first["u40"]
    assert all("events" in second[user] for user in ("u7", "u9", "u11", "u40"))
    assert "lists" in third["u12"] and "profile" in third["u10"] and "events" in third["u13"]
    for reasons in (second, third):
        assert any("shown_item" in found for found in reasons.values())
        assert any("old_list" in found for found in reasons.values())
    for number, day in enumerate(days, start=1):
        made_today = day.own.query(
            f"select distinct user_id from user_recommendations where as_of = timestamp '{AS_OF + number * DAY}'"
        )
        assert {user for (user,) in made_today} == day.reasons().keys()


def test_who_is_mailed_and_why_not_is_what_a_full_build_says(days):
    """But for what those are not mailed about whom nothing can be mailed yet: the lists of that are nobody's to see."""
    sql = """
        select user_id, decision, reason, case when mailable.user_id is not null then message_id end
        from send_decisions left join int_mailable_users as mailable using (user_id) order by all
    """
    for day in days:
        assert day.own.query(sql) == day.full.query(sql)
        held_out = "select count(*) from send_decisions where reason = 'holdout' and message_id is not null"
        assert day.own.value(held_out) > 0
        queued = "select message_id, placement, send_at from email_queue order by all"
        assert day.own.query(queued) == day.full.query(queued)


def test_who_is_mailed_is_touched(days):
    """So that no email shows a list of an earlier day."""
    for day in days:
        assert day.own.value("select count(*) from email_queue") > 0
        sql = "select count(*) from email_queue where user_id not in (select user_id from int_touched_users)"
        assert day.own.value(sql) == 0


def test_no_mart_shows_what_may_not_be_shown_any_more(days):
    """Nor a list of a placement that its user has left by time alone, which the user keeps."""
    left = 0
    for day in days:
        sql = "select user_id, placement from placement_recommendations group by all"
        shown, allowed = (set(made.query(sql)) for made in (day.own, day.full))
        assert shown <= allowed
        left += len(set(day.own.query("select user_id, placement from int_placement_lists")) - allowed)
        for mart in ("user_recommendations", "placement_recommendations"):
            sql = f"select count(*) from {mart} natural join int_item_availability where unavailable_reason is not null"
            assert day.own.value(sql) == 0
    assert left > 0


def test_all_data_tests_hold_over_a_days_build(days):
    for number, day in enumerate(days):
        assert failing_tests(day.own.database) == [], number


def test_who_is_erased_is_nowhere(days):
    before, own = days[2].before, days[2].own
    key = before.value("select user_key from int_user_keys where user_id = 'u8'")
    with connect(own.database) as connection:
        columns = connection.execute(
            """
            select format('"{}"."{}"', schema_name, table_name), column_name
            from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name)
            where column_name in ('user_id', 'user_key') and schema_name <> 'dbt_inputs'
            """
        ).fetchall()
        assert len(columns) > 100
        for table, column in columns:
            value = "'u8'" if column == "user_id" else key
            (count,) = connection.execute(f"select count(*) from {table} where {column} = {value}").fetchone()
            assert not count or (table, column) == ('"state"."user_keys"', "user_key"), table


def test_every_list_is_made_anew_within_so_many_days_and_a_share_of_them_each_day():
    """What two days without a build left undone is the next one's."""
    old = project_macros({"lists_refresh_days": REFRESH})["is_old_list"]("user_key", "listed_at", "$today")
    with duckdb.connect() as connection:
        connection.execute(
            f"create table lists as select range as user_key, timestamp '{AS_OF}' as listed_at from range(1, 1401)"
        )
        counts = []
        for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15):
            today = {"today": AS_OF + number * DAY - (number % 3) * 4 * HOUR}
            sql = f"update lists set listed_at = $today where {old}"
            counts += connection.execute(sql, today).fetchone()
            sql = "select max(date_diff('day', listed_at, $today)) from lists"
            assert connection.execute(sql, today).fetchone()[0] < REFRESH
    assert counts == [200] * 10 + [600] + [200] * 2


def chosen(made: Build, users: str, *models: str) -> set[tuple]:
    """User and reason, when nothing but these models is built."""
    again = build(made.database, {"only_touched_users": users}, "--select", "int_touched_users", *models)
    assert again.succeeded, again.text
    return set(again.query("select user_id, reason from int_touched_users"))


def test_coefficients_touch_everybody_in_a_days_build_and_no_round(small, tmp_path):
    own = small.copied_to(tmp_path)
    with connect(own.database, read_only=False) as connection:
        connection.execute(
            "insert into ranker.training_runs by name select 'r' as run_id, 1 as run_number, true as is_promoted"
        )
        connection.execute(
            "insert into ranker.coefficients by name select 'r' as run_id, 0 as times_bought, 'intercept' as feature, "
            "0 as knot, -8.5 as coefficient, true as is_final"
        )
    assert chosen(own, "realtime", "int_item_stamps") == set()
    everybody = {user for (user,) in own.query("select user_id from int_user_keys")}
    told = chosen(own, "always", "int_item_stamps", "int_shop_stamps")
    assert {user for user, reason in told if reason == "shop"} == everybody


def test_lists_of_an_earlier_version_are_all_made_anew(small, tmp_path):
    """They don't say when they were made; stamps tell that other models made them. Tables of then go."""
    own = small.copied_to(tmp_path)
    retired = ("messages.int_user_addresses", "eligibility.int_shown_without_click")
    found = f"select count(*) from duckdb_tables() where schema_name || '.' || table_name in {retired}"
    with connect(own.database, read_only=False) as connection:
        for column in (
            "int_placement_lists drop column listed_at",
            "state.item_stamps drop column shop_hash",
        ):
            connection.execute(f"alter table {column}")
        connection.execute("update state.item_stamps set project_hash = 'of an earlier version'")
        for table in retired:
            connection.execute(f"create table {table} as from users.int_user_addresses")
    assert own.value(found) == len(retired)
    told = chosen(own, "always", "int_item_stamps", "int_shop_stamps")
    assert len(told) == 39 and {reason for _, reason in told} == {"full_build"}
    assert own.value(found) == 0
