"""Products of rows in Spark's plans are found, and those that cost little are told from the others."""

import json

import pytest

from dbt_tools import spark_plans
from dbt_tools.spark_plans import BOUNDED, KNOWN, START, faults


def node(name: str, *children: dict, text: str = "") -> dict:
    return {"nodeName": name, "simpleString": text or name, "children": list(children)}


def scan(table: str) -> dict:
    return node("Project", node(f"Scan parquet spark_catalog.{table}"))


def log_of(folder, *joins: dict, table: str = "lists/x"):
    """An event log of a run that wrote a table of these joins."""
    schema, _, name = table.partition("/")
    written = f"Execute InsertIntoHadoopFsRelationCommand file:/w/{schema}.db/{name}, false, Parquet"
    plan = node("Execute InsertIntoHadoopFsRelationCommand", node("Union", *joins), text=written)
    event = {"Event": START, "executionId": 1, "sparkPlanInfo": plan}
    path = folder / "events"
    path.write_text(json.dumps({"Event": "SparkListenerLogStart"}) + "\n" + json.dumps(event) + "\n", "utf-8")
    return path


def total(child: dict) -> dict:
    return node("Project", node("HashAggregate", child, text="HashAggregate(keys=[], functions=[count(1)])"))


def groups(child: dict) -> dict:
    return node("HashAggregate", child, text="HashAggregate(keys=[user_key#1], functions=[count(1)])")


@pytest.mark.parametrize("kind", ["CartesianProduct", "BroadcastNestedLoopJoin"])
def test_users_times_items_is_a_fault(tmp_path, kind):
    log = log_of(tmp_path, node(kind, scan("users.u"), groups(scan("items.i"))))
    assert list(map(str, faults(log))) == ["lists.x: users.u × items.i"]


def test_what_is_joined_by_a_key_or_with_one_row_is_none(tmp_path, monkeypatch):
    monkeypatch.setitem(BOUNDED, "stg_as_of", "one row")
    joins = [
        node("SortMergeJoin", scan("users.u"), scan("items.i")),
        node("BroadcastNestedLoopJoin", scan("users.u"), total(scan("items.i"))),
        node("CartesianProduct", scan("staging.stg_as_of"), scan("items.i")),
        node("CartesianProduct", scan("items.i"), node("LocalTableScan")),
    ]
    assert faults(log_of(tmp_path, *joins)) == []


def test_a_known_one_is_none_and_another_table_s_is(tmp_path, monkeypatch):
    monkeypatch.setitem(KNOWN, "x", "a reason")
    join = node("CartesianProduct", scan("users.u"), scan("items.i"))
    assert faults(log_of(tmp_path, join)) == []
    assert len(faults(log_of(tmp_path, join, table="lists/y"))) == 1


def test_the_tables_of_a_reused_exchange_are_those_of_the_first(tmp_path):
    first = node(
        "BroadcastExchange", scan("items.i"), text="BroadcastExchange IdentityBroadcastMode, [plan_id=7]"
    )
    again = node(
        "ReusedExchange", text="ReusedExchange [a#1], BroadcastExchange IdentityBroadcastMode, [plan_id=7]"
    )
    joins = [
        node("BroadcastNestedLoopJoin", scan("users.u"), first),
        node("BroadcastNestedLoopJoin", scan("users.v"), again),
    ]
    assert list(map(str, faults(log_of(tmp_path, *joins)))) == [
        "lists.x: users.u × items.i",
        "lists.x: users.v × items.i",
    ]


def test_the_list_has_reasons():
    assert all(map(str.strip, [*spark_plans.BOUNDED.values(), *spark_plans.KNOWN.values()]))
