"""Joins of Spark's plans that put every row of one side beside every row of the other, as a run's event log has them.

Such a join is right where one side is a row, or a table whose size no shop's growth changes (BOUNDED). Any other
stands in KNOWN with its reason, or is a fault.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

START = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"
REUSED = "ReusedExchange"
PRODUCTS = ("CartesianProduct", "BroadcastNestedLoopJoin")
# tables that do not grow with users, items or events
BOUNDED: dict[str, str] = {
    "stg_as_of": "one row",
    "input_fingerprint": "one row",
    "int_shop_stamps": "one row",
    "int_play_strategies": "edited by hand",
    "int_experiment_arms": "edited by hand",
    "int_item_rules": "at most twelve items of each rule of a seed",
    "int_holidays": "the days of a seed, in the years around as_of",
    "int_ranker_coefficients": "the places of the ranking's features",
    "int_ranking_knots": "the places of the ranking's features",
    "int_prediction_knots": "the places of the predictions' features",
}
ONE_ROW = re.compile(r"\w+Aggregate\(keys?=\[\]|Scan OneRowRelation|TakeOrderedAndProject\(limit=1,")
SEEDS = "seeds."  # edited by hand
# models and the reason
KNOWN: dict[str, str] = {
    # a view, and what reads it
    **dict.fromkeys(
        ("int_candidates_best_sellers", "int_proposals", "int_candidates"),
        "best sellers beside the few seasons where users live, and beside the few price bands",
    ),
    "int_candidate_eligibility": "items beside a handful of price bands, and of seasons where users live",
    "int_arm_rates": "segments beside the arms of an experiment",
    "int_offer_orders": "items beside the one scope that is the whole shop's",
    "int_user_offers": "users beside the offers that hold for everybody, which a shop makes by hand",
    "int_user_snapshots": "a row for each of prediction_cuts: of one cut Spark drops the key",
    **dict.fromkeys(
        ("int_trigger_welcome", "int_due_triggers"),
        "days on which more than a hundred signed up, beside each other",
    ),
}


class Product(NamedTuple):
    """A join without an equality in what was written to `table`, and the tables on its two sides."""

    table: str
    left: frozenset[str]
    right: frozenset[str]

    def __str__(self) -> str:
        sides = (", ".join(sorted(side)) or "a list in the SQL" for side in (self.left, self.right))
        return f"{self.table}: {' × '.join(sides)}"


def faults(event_log: Path) -> list[Product]:
    """Products that neither BOUNDED nor KNOWN speaks for."""
    return sorted({one for one in products(event_log) if model_of(one.table) not in KNOWN}, key=str)


def products(event_log: Path) -> Iterator[Product]:
    """Those of every table that was written, but for those with a row, or bounded tables alone, on one side."""
    with event_log.open(encoding="utf-8") as lines:
        for line in lines:
            if START in line[:200]:
                plan = json.loads(line)["sparkPlanInfo"]
                if table := written_table(plan):
                    yield from products_of(table, plan)


def products_of(table: str, plan: dict) -> Iterator[Product]:
    exchanges = {
        number: node
        for node in nodes(plan)
        if node["nodeName"] != REUSED and (number := plan_number(node)) is not None
    }
    for node in nodes(plan):
        if node["nodeName"] in PRODUCTS:
            sides = inputs_of(node, exchanges)
            tables = [frozenset(tables_of(side, exchanges)) for side in sides]
            if not any(is_one_row(side, exchanges) for side in sides) and not any(map(is_bounded, tables)):
                yield Product(table, *tables)


def written_table(plan: dict) -> str | None:
    """Schema and name of the table whose files the plan writes."""
    for node in nodes(plan):
        if found := re.search(r"InsertIntoHadoopFsRelationCommand \S*/(\w+)\.db/(\w+)", node["simpleString"]):
            return ".".join(found.groups())
    return None


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for child in plan["children"]:
        yield from nodes(child)


def inputs_of(node: dict, exchanges: dict[str, dict]) -> list[dict]:
    """Where its rows come from: not from a subquery, which is one value; from the first exchange, if it is reused."""
    if node["nodeName"] == REUSED:
        return [exchanges[number] for number in [plan_number(node)] if number in exchanges]
    return [child for child in node["children"] if "Subquery" not in child["nodeName"]]


def plan_number(node: dict) -> str | None:
    found = re.search(r"\[plan_id=(\d+)\]", node["simpleString"])
    return found.group(1) if found else None


def tables_of(node: dict, exchanges: dict[str, dict]) -> Iterator[str]:
    if found := re.match(r"Scan parquet (?:\w+\.)?(\w+\.\w+)$", node["nodeName"]):
        yield found.group(1)
    for below in inputs_of(node, exchanges):
        yield from tables_of(below, exchanges)


def is_bounded(tables: frozenset[str]) -> bool:
    return all(model_of(table) in BOUNDED or table.startswith(SEEDS) for table in tables)


def model_of(table: str) -> str:
    """Its name without the schema, which dbt_project.yml decides."""
    return table.rpartition(".")[2]


def is_one_row(node: dict, exchanges: dict[str, dict]) -> bool:
    """Whether it ends in totals without groups, or a row of values: what stands above keeps the row or drops it."""
    while not ONE_ROW.match(node["simpleString"]):
        below = inputs_of(node, exchanges)
        if len(below) != 1:
            return False
        [node] = below
    return True
