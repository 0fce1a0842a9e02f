"""The whole project built on Apache Spark, beside what DuckDB built from the same inputs: every table row by row.

    python -m dbt_tools.spark_parity WAREHOUSE INPUTS [--then WAREHOUSE INPUTS] [--also-on MASTER MODELS]

Runs in `.venv-spark` on Java 17, in one session of this process. --then builds later inputs over what the build before
left, and compares again with what DuckDB made of them over its own. --also-on builds some of the first inputs' models
once more, from nothing, where Spark's master is another. Rows are compared as a set with repeats: ids,
ranks, times and texts equal, numbers to 1e-6. Exit code 1 when a table differs or a model does not run.
"""

import argparse
import datetime
import decimal
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbt_tools.java import java_problem
from dbt_tools.open_database import open_database
from dbt_tools.relations import qualified
from dbt_tools.spark_plans import faults
from dbt_tools.spark_session import SparkProject

# hashes of the engine's own find changes, and compare nothing between engines
OF_ONE_RUN = (
    *("input_fingerprint", "invocation_id", "project_hash"),
    *(
        "all_rows",
        "profile_hash",
        "events_hash",
        "lists_hash",
        "due_hash",
        "item_hash",
        "row_hash",
        "bought_hash",
        "families_hash",
    ),
)
TOLERANCE = 1e-6
LATER = "a DuckDB file that was built over a copy of the one before, and its inputs"
TABLES = "select table_schema, table_name from information_schema.tables"


@dataclass
class Outcome:
    table: str
    row_count: int | None
    difference_count: int | None
    problem: str = ""

    @property
    def is_right(self) -> bool:
        return self.difference_count == 0


def state_of(manifest, built: Collection[str]) -> Iterator[str]:
    """The tables of state that a run appends to when it has built these."""
    models = {name.rpartition(".")[2] for name in built}
    for source in manifest.sources.values():
        if source.source_name == "state" and source.config.meta.get("model") in models:
            yield f"{source.schema}.{source.identifier}"


def comparable(value):
    """A value of either engine's client as one that equals its like."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float | int | decimal.Decimal):
        number = float(value)
        return (
            0.0 if number == 0 else number if math.isinf(number) or math.isnan(number) else round(number, 6)
        )
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dict):
        return tuple(comparable(one) for one in value.values())
    if isinstance(value, list | tuple):
        return tuple(comparable(one) for one in value)
    return str(value)


def is_near(one, other) -> bool:
    """Equal, numbers as far as TOLERANCE of their size: rounding may part two that are nearer than that."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_near, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= 2 * TOLERANCE * max(1, abs(one))
    return one == other


def write_views(project: SparkProject, names: Collection[str] | None) -> None:
    """Files of what Spark keeps as views, all or those of these names, beside those of its tables."""
    spark = project.spark
    for schema in (row.namespace for row in spark.sql("show databases").collect()):
        for view in spark.sql(f"show views in {schema}").collect():
            if not view.isTemporary and (names is None or f"{schema}.{view.viewName}" in names):
                frame = spark.table(f"{schema}.{view.viewName}")
                frame.write.mode("overwrite").parquet(str(project.warehouse / f"{schema}.db" / view.viewName))


def compare(ours: duckdb.DuckDBPyConnection, theirs: duckdb.DuckDBPyConnection, place: str) -> Outcome:
    """The rows of a table in two databases."""
    found = ours.execute(f"from {place}")
    columns = [column[0] for column in found.description]
    expected = found.fetchall()
    their_columns = [column[0] for column in theirs.execute(f"from {place} limit 0").description]
    if sorted(columns) != sorted(their_columns):
        return Outcome(place, len(expected), None, f"columns {sorted(set(columns) ^ set(their_columns))}")
    kept = [name for name in columns if name not in OF_ONE_RUN]
    built = theirs.execute(f"select {', '.join(map(qualified, kept or columns))} from {place}").fetchall()
    one = Counter(tuple(comparable(row[columns.index(name)]) for name in kept or columns) for row in expected)
    other = Counter(tuple(map(comparable, row)) for row in built)
    left, right = (sorted(rows.elements(), key=repr) for rows in (one - other, other - one))
    if len(left) == len(right) and all(map(is_near, left, right)):
        return Outcome(place, len(expected), 0)
    names: Counter = Counter()
    for a, b in zip(left, right, strict=False):
        names.update(name for name, x, y in zip(kept, a, b, strict=True) if not is_near(x, y))
    words = ", ".join(name for name, _ in names.most_common(6)) or "rows of one engine alone"
    return Outcome(place, len(expected), max(len(left), len(right)), words)


def compare_all(warehouse: Path, project: SparkProject, names: Collection[str] | None) -> list[Outcome]:
    """Every table and view of the warehouse, or those of these names."""
    write_views(project, names)
    outcomes = []
    with open_database(warehouse) as ours, open_database(project.warehouse) as theirs:
        built = set(theirs.execute(f"{TABLES} where table_catalog = current_database()").fetchall())
        for schema, table in ours.execute(f"{TABLES} where table_schema <> 'main' order by all").fetchall():
            place = qualified(schema, table)
            if names is not None and f"{schema}.{table}" not in names:
                continue
            if (schema, table) in built:
                outcomes.append(compare(ours, theirs, place))
            else:
                outcomes.append(without_files(ours, project.spark, place))
    return outcomes


def without_files(ours: duckdb.DuckDBPyConnection, spark, place: str) -> Outcome:
    """A table that Spark was told of and never wrote to, or has not built."""
    [(rows,)] = ours.execute(f"select count(*) from {place}").fetchall()
    name = place.replace('"', "")
    if not spark.catalog.tableExists(name):
        return Outcome(place, rows, None, "not built on Spark")
    columns = {column[0] for column in ours.execute(f"from {place} limit 0").description}
    if others := columns.symmetric_difference(spark.table(name).columns):
        return Outcome(place, rows, None, f"columns {sorted(others)}")
    return Outcome(place, rows, rows)


def report(outcomes: list[Outcome], problems: dict[str, str]) -> None:
    """What is not equal stands at the end, under what is."""
    print(f"{'table':60} {'rows':>8} {'differences':>12}")
    for outcome in sorted(outcomes, key=lambda one: (one.difference_count != 0, one.table)):
        counts = [
            "" if number is None else number for number in (outcome.row_count, outcome.difference_count)
        ]
        print(f"{outcome.table:60} {counts[0]:>8} {counts[1]:>12} {outcome.problem}".rstrip())
    for name, problem in problems.items():
        print(f"{name} did not run on Spark: {problem}")
    equal = sum(outcome.difference_count == 0 for outcome in outcomes)
    print(f"{equal} of {len(outcomes)} tables equal")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("warehouse", type=Path, help="DuckDB file that was built with gate: sql")
    options.add_argument("inputs", type=Path, help="directory of the Parquet files it was built from")
    options.add_argument("--then", nargs=2, action="append", default=[], type=Path, help=LATER)
    options.add_argument("--select-then", help="of --then these models alone, and what state keeps of them")
    options.add_argument("--vars", default="{}", help="vars it was built with, JSON")
    options.add_argument("--select", help="these models alone, as dbt's --select has them")
    options.add_argument("--master", default=os.environ.get("RECMAIL_SPARK_MASTER", "local[2]"))
    options.add_argument("--also-on", nargs=2, metavar=("MASTER", "MODELS"), help="these models there, too")
    options.add_argument("--dbt", type=Path, help="DuckDB's dbt, that builds WAREHOUSE meanwhile")
    options.add_argument("--keep", type=Path, help="a new folder for Spark's tables of the first build")
    chosen = options.parse_args()
    if problem := java_problem():
        sys.exit(f"recmail: {problem}")
    for inputs in (chosen.inputs, *(inputs for _, inputs in chosen.then)):
        if not list(inputs.glob("*.parquet")):
            sys.exit(f"recmail: {inputs} holds no <table>.parquet, which is all that Spark reads here")
    folder = Path(tempfile.mkdtemp(prefix="recmail_spark_"))
    duckdb_build = start_duckdb(chosen.dbt, chosen.warehouse, chosen.vars) if chosen.dbt else None
    try:
        project = SparkProject.open(folder, chosen.master, json.loads(chosen.vars))
        is_right = build_and_compare(project, chosen.warehouse, chosen.inputs, chosen.select, duckdb_build)
        if chosen.keep:
            shutil.copytree(project.warehouse, chosen.keep)
        for warehouse, inputs in chosen.then:
            is_right &= build_and_compare(project, warehouse, inputs, chosen.select_then)
        multiplied = faults(project.event_log)
        if chosen.also_on:
            master, select = chosen.also_on
            print(f"on {master}")
            project = project.reopened(folder / "also", master)
            is_right &= build_and_compare(project, chosen.warehouse, chosen.inputs, select)
            multiplied += faults(project.event_log)
    finally:
        if duckdb_build:
            duckdb_build.terminate()
        shutil.rmtree(folder, ignore_errors=True)
    for product in multiplied:
        print(f"Every row beside every row, and not on the list of dbt_tools/spark_plans.py: {product}")
    sys.exit(bool(multiplied) or not is_right)


def start_duckdb(dbt: Path, warehouse: Path, variables: str) -> subprocess.Popen:
    """The same `dbt build`, of seeds and models, into this file."""
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    return subprocess.Popen(
        [dbt, "--quiet", "build", *kinds, "--target-path", "target/spark/dbt-duckdb", "--vars", variables],
        env=os.environ | {"RECMAIL_DATABASE": str(warehouse)},
    )


def build_and_compare(
    project: SparkProject,
    warehouse: Path,
    inputs: Path,
    select: str | None = None,
    duckdb_build: subprocess.Popen | None = None,
) -> bool:
    """Whether these inputs, built over what there is, give the warehouse's tables: printed, with the seconds taken."""
    started = time.monotonic()
    ended = project.build(inputs, select)
    built = time.monotonic()
    if duckdb_build and duckdb_build.wait():
        sys.exit("recmail: DuckDB could not build these inputs: what dbt said stands above")
    names = {*ended, *state_of(project.manifest, ended)} if select else None
    outcomes = compare_all(warehouse, project, names)
    problems = {table: problem for table, problem in ended.items() if problem}
    report(outcomes, problems)
    print(
        f"{built - started:.0f} s to build on Spark, {time.monotonic() - built:.0f} s to compare", flush=True
    )
    return not problems and all(outcome.is_right for outcome in outcomes)


if __name__ == "__main__":
    main()
