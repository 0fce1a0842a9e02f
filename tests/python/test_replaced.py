"""Tables, views and tables in parts are replaced in one transaction, whatever stood there before."""

import duckdb
import pytest
from warehouse import Build, assert_same, dbt

# a view, a table, a table in parts
KINDS = {"stg_items": "VIEW", "checked_items": "BASE TABLE", "int_candidate_eligibility": "BASE TABLE"}


@pytest.fixture(scope="module")
def house(small, tmp_path_factory) -> Build:
    return small.copied_to(tmp_path_factory.mktemp("house"))


def run(house: Build, small_inputs) -> Build:
    return dbt("run", house.database, {"input_location": str(small_inputs)}, "--select", *KINDS)


def kinds(house: Build) -> dict[str, str]:
    found = house.query("select table_name, table_type from information_schema.tables order by all")
    return {name: kind for name, kind in found if name.removesuffix("__dbt_tmp") in KINDS}


def execute(house: Build, *statements: str) -> None:
    with duckdb.connect(house.database) as connection:
        for statement in statements:
            connection.execute(statement)


def test_running_again_changes_nothing(house, small, small_inputs):
    assert run(house, small_inputs).succeeded
    assert kinds(house) == KINDS
    assert_same(house, small, KINDS)


def test_a_relation_of_another_type_is_replaced(house, small, small_inputs):
    for relation, kind in KINDS.items():
        name = f"{small.schema(relation)}.{relation}"
        was, is_now = ("view", "table") if kind == "VIEW" else ("table", "view")
        execute(house, f"drop {was} {name}", f"create {is_now} {name} as select 1 as x")
    assert run(house, small_inputs).succeeded
    assert kinds(house) == KINDS
    assert_same(house, small, KINDS)


def test_what_fails_leaves_what_was_there(house, small, small_inputs):
    """What they read is gone."""
    execute(house, "alter table inputs.items rename to gone")
    execute(house, f"alter table {small.schema('int_candidate_users')}.int_candidate_users rename to gone")
    failed = run(house, small_inputs)
    assert not failed.succeeded
    assert kinds(house) == KINDS
    assert_same(house, small, ["checked_items", "int_candidate_eligibility"])
