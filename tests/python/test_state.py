"""What survives a build: keys that last and decide nothing, and rows that only a run that succeeded adds."""

from copy import deepcopy
from pathlib import Path

import duckdb
import pytest
from shop import AS_OF, Tables, small_shop, write_parquet
from warehouse import FOLDER, NO_GATE, Build, assert_same, build, manifest, marts

from dbt_tools.dbt_runs import run_dbt

AT = str(AS_OF)
KEYS = ("--select", "+int_item_keys", "+int_user_keys", "+int_order_keys", *NO_GATE)
STATE = ("item_keys", "user_keys", "order_keys", "user_segments", "input_runs")


def shop_with_ids_before_all_others() -> Tables:
    """The small shop and a copy of a quarter of it, under ids that sort first."""
    tables = small_shop()
    renamed = ("user_id", "item_id", "order_id", "order_line_id", "event_id")
    for name, few in (("items", 9), ("users", 9), ("orders", 40), ("order_lines", 120), ("web_events", 120)):
        for row in deepcopy(tables[name][:few]):
            tables[name].append(row | {column: f"0{row[column]}" for column in renamed if row.get(column)})
    items, users, orders = (
        {row[key] for row in tables[name]}
        for name, key in (("items", "item_id"), ("users", "user_id"), ("orders", "order_id"))
    )
    for name in ("orders", "order_lines", "web_events"):
        for row in tables[name]:
            # whom the copy does not hold is the original
            for column, known in (("item_id", items), ("user_id", users), ("order_id", orders)):
                if row.get(column) and row[column] not in known:
                    row[column] = row[column].removeprefix("0")
    return tables


def run(database: Path, tables: Tables, *arguments: str, tests: bool = False, **variables) -> Build:
    inputs = write_parquet(tables, database.parent / f"inputs-{len(list(database.parent.iterdir()))}")
    return build(database, {"input_location": str(inputs), "as_of": AT} | variables, *arguments, tests=tests)


def state(built: Build) -> dict[str, list[str]]:
    return built.contents(f"state.{table}" for table in STATE)


@pytest.fixture
def database(tmp_path) -> Path:
    return tmp_path / "w.duckdb"


def test_a_warehouse_with_a_history_gives_the_lists_of_one_without(small, tmp_path):
    (tmp_path / "fresh").mkdir()
    keys = dict(small.query("select item_id, item_key from state.item_keys"))
    old = run(small.copied_to(tmp_path / "old").database, shop_with_ids_before_all_others())
    fresh = run(tmp_path / "fresh" / "w.duckdb", shop_with_ids_before_all_others())
    assert old.succeeded and fresh.succeeded, old.text + fresh.text

    now = dict(old.query("select item_id, item_key from state.item_keys"))
    assert now.items() > keys.items()
    new_keys = sorted(now[item] for item in now.keys() - keys.keys())
    assert new_keys == list(range(len(keys) + 1, len(now) + 1))
    assert fresh.value("select item_key from state.item_keys where item_id = '0i0'") == 1

    assert len(marts()) > 10
    # exports tell what changed since the run before, which is what a history is
    assert_same(old, fresh, marts("recommendations", "email", "sales", "metrics"))


def test_the_same_again_and_an_earlier_time_change_nothing(small, tmp_path):
    everything = ("--select", "input_history", "+segment_migrations", "+int_profiles")
    database = small.copied_to(tmp_path).database
    kept = state(small)
    assert all(kept.values())
    again = run(database, small_shop(), "--full-refresh", *everything, as_of=None)
    assert again.succeeded and state(again) == kept
    earlier = run(database, small_shop(), *KEYS, as_of="2024-05-01 00:00:00")
    assert earlier.succeeded and state(earlier) == kept


def test_a_run_without_rows_takes_nothing_away(small, tmp_path):
    """`--empty` tries that models run: what it makes of them is no state of the shop."""
    tried = run(small.copied_to(tmp_path).database, small_shop(), "--select", "export_changes", "--empty")
    exported = "select count(*) from state.exported_rows"
    assert tried.succeeded and tried.value(exported) == small.value(exported) > 0


def test_a_run_that_failed_adds_nothing(database):
    tables = small_shop()
    tables["orders"][5]["order_status"] = "teleported"
    failed = run(database, tables, *KEYS, tests=True, rejected_share_error={"default": 0.001})
    assert not failed.succeeded
    assert failed.value("select count(*) from int_item_keys") == 40
    assert not any(state(failed).values())


def test_a_run_whose_state_was_not_written_is_not_usable(small, tmp_path):
    """A full disk, say: the next run would not know what was mailed for."""
    database = small.copied_to(tmp_path).database
    with duckdb.connect(database) as connection:
        connection.execute(
            "delete from state.item_keys; alter table state.item_keys add column full_disk integer"
        )
        connection.execute("alter table state.item_keys alter full_disk set not null")
    failed = run(database, small_shop(), *KEYS)
    assert not failed.succeeded and "full_disk" in failed.text
    assert "did not get through" in failed.value("select problem from inputs.latest_run")


def test_a_number_of_somebody_erased_is_nobody_elses(database):
    tables = small_shop()
    first = run(database, tables, *KEYS)
    last_user, largest = first.query("select user_id, user_key from state.user_keys order by user_key desc")[
        0
    ]
    orders = first.value(f"select count(*) from stg_orders where user_id = '{last_user}'")
    assert orders > 0

    tables["erasure_requests"].append({"user_id": last_user, "requested_at": AS_OF})
    newcomer = tables["orders"][1] | {"order_id": "new", "user_id": "z", "anonymous_id": None}
    tables["orders"].append(newcomer)
    tables["users"].append(tables["users"][1] | {"user_id": "z"})
    tables["order_lines"].append(tables["order_lines"][1] | {"order_line_id": "new", "order_id": "new"})
    after = run(database, tables, *KEYS)
    assert after.succeeded, after.text
    assert after.query(f"select user_id from state.user_keys where user_key = {largest}") == [(None,)]
    assert after.value("select user_key from state.user_keys where user_id = 'z'") == largest + 1
    assert after.value("select count(*) from state.order_keys where order_id is null") == orders


def test_a_catalogue_that_votes_have_no_room_for_stops_with_a_message(database):
    duckdb.connect(database).close()
    for number, fits in ((2**24, True), (2**24 + 1, False)):
        shown = run_dbt(
            *(
                "show",
                "--inline",
                "select {{ at_most('" + str(number) + "', packed_items(), 'too many items') }} as n",
            ),
            variables={},
            folder=FOLDER,
            database=database,
            manifest=manifest({}, database.stem),
        )
        assert shown.succeeded == fits
        assert ("recmail: too many items (at most 16777216)" in "".join(shown.messages)) != fits
