"""The whole project built on Apache Spark, beside what DuckDB built from the same inputs: every table row by row.

    python -m dbt_tools.spark_parity WAREHOUSE INPUTS

Runs in `.venv-spark` on Java 17, in one session of this process. Rows are compared as a set with repeats: ids, ranks,
times and texts equal, numbers to 1e-6. Exit code 1 when a table differs or a model does not run.
"""

import argparse
import datetime
import decimal
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbt_tools.java import java_problem

INPUT_SCHEMA = "recmail_inputs"
# hashes of the engine's own find changes, and compare nothing between engines
OF_ONE_RUN = (
    *("input_fingerprint", "invocation_id", "project_hash"),
    *("profile_hash", "events_hash", "lists_hash", "due_hash", "item_hash"),
)
# tables that differ, and why
KNOWN = {
    "email_locales": "dbt takes a seed's value that is a blank, the mark of thousands in French, for nothing"
}
TOLERANCE = 1e-6


@dataclass
class Outcome:
    table: str
    row_count: int | None
    difference_count: int | None
    problem: str = ""

    @property
    def is_right(self) -> bool:
        return self.difference_count == 0 or self.known is not None

    @property
    def known(self) -> str | None:
        """Why it may differ."""
        return KNOWN.get(self.table.partition(".")[2])


def start_session(folder: Path):
    """A session with a catalogue in memory, which dbt finds and uses: small tables, so nothing is compiled for them."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": os.environ.get("RECMAIL_SPARK_MEMORY", "3g"),
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": 1,
        "spark.default.parallelism": 1,
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.parquet.compression.codec": "uncompressed",
        # DuckDB's timestamps have no zone; Spark's are instants, shown in UTC
        "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
    }
    builder = SparkSession.builder.master(os.environ.get("RECMAIL_SPARK_MASTER", "local[2]"))
    for name, value in settings.items():
        builder = builder.config(name, str(value))
    return builder.getOrCreate()


def add_inputs(inputs: Path, spark) -> None:
    """The Parquet files that the warehouse was built from, as tables of one schema."""
    spark.sql(f"create database {INPUT_SCHEMA}")
    for file in sorted(inputs.glob("*.parquet")):
        spark.sql(f"create table {INPUT_SCHEMA}.{file.stem} using parquet location '{file.resolve()}'")


def build(variables: dict) -> dict[str, str]:
    """`dbt build` of seeds and models on Spark: {model or seed: what went wrong}."""
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(
        [
            *("build", "--target", "spark", "--threads", "2", "--vars", json.dumps(variables)),
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
            *("--target-path", "target/spark/dbt", "--log-level", "none", "--log-level-file", "none"),
        ]
    )
    if not hasattr(outcome.result, "results"):
        sys.exit(f"recmail: dbt could not build the project on Spark: {outcome.exception or outcome.result}")
    return {
        result.node.name: " ".join(str(result.message or "not built").split())[:300]
        for result in outcome.result.results
        if result.status not in ("success", "pass", "no-op")
    }


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


def compare(connection: duckdb.DuckDBPyConnection, spark, schema: str, table: str) -> Outcome:
    place = f"{schema}.{table}"
    found = connection.execute(f'select * from "{schema}"."{table}"')
    columns = [column[0] for column in found.description]
    expected = found.fetchall()
    frame = spark.table(place)
    if sorted(columns) != sorted(frame.columns):
        return Outcome(place, len(expected), None, f"columns {sorted(set(columns) ^ set(frame.columns))}")
    kept = [name for name in columns if name not in OF_ONE_RUN]
    one = Counter(tuple(comparable(row[columns.index(name)]) for name in kept) for row in expected)
    other = Counter(tuple(map(comparable, row)) for row in frame.select(kept or columns).collect())
    left, right = (sorted(rows.elements(), key=repr) for rows in (one - other, other - one))
    if len(left) == len(right) and all(map(is_near, left, right)):
        return Outcome(place, len(expected), 0)
    names: Counter = Counter()
    for a, b in zip(left, right, strict=False):
        names.update(name for name, x, y in zip(kept, a, b, strict=True) if not is_near(x, y))
    words = ", ".join(name for name, _ in names.most_common(6)) or "rows of one engine alone"
    return Outcome(place, len(expected), max(len(left), len(right)), words)


def compare_all(warehouse: Path, spark) -> list[Outcome]:
    outcomes = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'main' order by all"
        ).fetchall():
            if spark.catalog.tableExists(f"{schema}.{table}"):
                outcomes.append(compare(connection, spark, schema, table))
            else:
                outcomes.append(Outcome(f"{schema}.{table}", None, None, "not built on Spark"))
    return outcomes


def report(outcomes: list[Outcome], problems: dict[str, str]) -> None:
    """What is not equal stands at the end, under what is."""
    print(f"{'table':60} {'rows':>8} {'differences':>12}")
    for outcome in sorted(outcomes, key=lambda one: (one.difference_count != 0, one.table)):
        counts = [
            "" if number is None else number for number in (outcome.row_count, outcome.difference_count)
        ]
        reason = f"{outcome.problem}: {outcome.known}" if outcome.known else outcome.problem
        print(f"{outcome.table:60} {counts[0]:>8} {counts[1]:>12} {reason}".rstrip())
    for name, problem in problems.items():
        print(f"{name} did not run on Spark: {problem}")
    equal = sum(outcome.difference_count == 0 for outcome in outcomes)
    print(f"{equal} of {len(outcomes)} tables equal")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("warehouse", type=Path, help="DuckDB file that was built with gate: sql")
    options.add_argument("inputs", type=Path, help="directory of the Parquet files it was built from")
    options.add_argument("--vars", default="{}", help="vars it was built with, JSON")
    chosen = options.parse_args()
    if problem := java_problem():
        sys.exit(f"recmail: {problem}")
    if not list(chosen.inputs.glob("*.parquet")):
        sys.exit(f"recmail: {chosen.inputs} holds no <table>.parquet, which is all that Spark reads here")
    folder = Path(tempfile.mkdtemp(prefix="recmail_spark_"))
    started = time.monotonic()
    try:
        spark = start_session(folder)
        add_inputs(chosen.inputs, spark)
        problems = build(json.loads(chosen.vars) | {"input_schema": INPUT_SCHEMA})
        built = time.monotonic()
        outcomes = compare_all(chosen.warehouse, spark)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(outcomes, problems)
    print(f"{built - started:.0f} s to build on Spark, {time.monotonic() - built:.0f} s to compare")
    sys.exit(bool(problems) or not all(outcome.is_right for outcome in outcomes))


if __name__ == "__main__":
    main()
