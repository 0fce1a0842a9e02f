"""Every model's SQL on Apache Spark beside what DuckDB built: python -m dbt_tools.spark_parity WAREHOUSE INPUTS.

Model by model: Spark runs a model's SQL on the tables that DuckDB built above it, so that one that differs hides none
below it. Rows are compared as a set with repeats, numbers to 1e-6. Exit code 1 when a model differs that
spark_gaps.csv doesn't list, or one it lists has become equal. Runs in `.venv-spark`.
"""

import argparse
import csv
import datetime
import decimal
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb

GAPS = Path(__file__).with_name("spark_gaps.csv")
JAVA = 17


def check_java() -> None:
    """Stops with one message unless the `java` that Spark starts is version 17 or newer."""
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
    try:
        text = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        sys.exit(f"recmail: Spark needs Java {JAVA}, and '{java}' does not run: install it, or set JAVA_HOME")
    version = text.split('"')[1].split(".")[0]
    if int(version) < JAVA:
        sys.exit(f"recmail: Spark needs Java {JAVA}, '{java}' is {version}: install it, or set JAVA_HOME")


def start_session(folder: Path):
    """A session in this process with a catalogue in memory; dbt finds and uses it."""
    from pyspark.sql import SparkSession

    return (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "3g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.catalogImplementation", "in-memory")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.default.parallelism", "2")
        # DuckDB's timestamps have no zone; Spark's are instants, shown in UTC
        .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )


def copy_tables(warehouse: Path, folder: Path, spark) -> dict[str, tuple[Path, int]]:
    """Parquet of every table and view of the warehouse, known to Spark: {schema.name: (file, rows)}."""
    tables = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        places = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'main'"
        ).fetchall()
        for schema, name in places:
            file = folder / "duckdb" / schema / f"{name}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            relation = f'"{schema}"."{name}"'
            connection.execute(f"copy (select * from {relation}) to '{file}' (format parquet)")
            rows = connection.execute(f"select count(*) from '{file}'").fetchone()[0]
            spark.sql(f"create database if not exists {schema}")
            spark.sql(f"create table {schema}.{name} using parquet location '{file}'")
            tables[f"{schema}.{name}"] = (file, rows)
    return tables


def add_inputs(inputs: Path, spark) -> None:
    """The Parquet files that the warehouse was built from, as tables of schema recmail_inputs."""
    spark.sql("create database recmail_inputs")
    for file in sorted(inputs.glob("*.parquet")):
        spark.sql(f"create table recmail_inputs.{file.stem} using parquet location '{file.resolve()}'")


def compiled_models(folder: Path, variables: dict) -> tuple[dict[str, dict], dict[str, str]]:
    """The SQL models by name, as dbt compiles them for Spark, and what stopped those that don't."""
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(
        [
            *("compile", "--target", "spark", "--threads", "1", "--vars", json.dumps(variables)),
            *("--target-path", str(folder / "target"), "--log-level", "none", "--log-level-file", "none"),
            *("--select", "resource_type:model"),
        ]
    )
    if not hasattr(result.result, "results"):
        sys.exit(f"recmail: dbt could not read the project for Spark: {result.exception or result.result}")
    nodes, errors = {}, {}
    for one in result.result.results:
        node = one.node
        nodes[node.name] = {
            "place": f"{node.schema}.{node.alias}",
            "sql": node.compiled_code,
            "language": node.language,
        }
        if one.status != "success":
            errors[node.name] = str(one.message)
    return nodes, errors


def comparable(value):
    """A value of either engine's client as one that equals its like: numbers to nine digits, no zones."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float | int | decimal.Decimal):
        number = float(value)
        return 0.0 if number == 0 else number if math.isinf(number) or math.isnan(number) else round(number, 6)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dict):
        return tuple(comparable(one) for one in value.values())
    if isinstance(value, list | tuple):
        return tuple(comparable(one) for one in value)
    return str(value)


def rows_of(file: str, columns: list[str]) -> Counter:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        types = dict(
            row[:2] for row in connection.execute(f"describe select * from read_parquet('{file}')").fetchall()
        )
        listed = ", ".join(
            f'cast("{name}" as timestamp)' if types[name].startswith("TIMESTAMP") else f'"{name}"' for name in columns
        )
        rows = connection.execute(f"select {listed} from read_parquet('{file}')").fetchall()
    return Counter(tuple(comparable(value) for value in row) for row in rows)


def difference(spark, node: dict, expected: Path, file: Path) -> tuple[int, str]:
    """Rows of one engine alone, of both sides together, and what is wrong in a few words ('' = equal)."""
    found = spark.sql(node["sql"])
    found.write.mode("overwrite").parquet(str(file))
    columns = spark.read.parquet(str(expected)).columns
    if sorted(columns) != sorted(found.columns):
        return -1, f"columns differ: {sorted(set(columns) ^ set(found.columns))}"
    one, other = rows_of(str(expected), columns), rows_of(f"{file}/*.parquet", columns)
    if one == other:
        return 0, ""
    names = set()
    for left, right in zip(sorted((one - other), key=repr), sorted((other - one), key=repr), strict=False):
        names |= {name for name, a, b in zip(columns, left, right, strict=True) if a != b}
    count = (one - other).total() + (other - one).total()
    return count, "rows differ, in " + ", ".join(sorted(names)[:6])


def compare(warehouse: Path, inputs: Path, folder: Path, variables: dict) -> list[dict]:
    """One row per model: its rows in DuckDB, and equal, or what keeps it from being so."""
    spark = start_session(folder)
    tables = copy_tables(warehouse, folder, spark)
    add_inputs(inputs, spark)
    nodes, errors = compiled_models(folder, variables | {"input_schema": "recmail_inputs"})
    parser = spark._jsparkSession.sessionState().sqlParser()
    outcomes = []
    for name, node in sorted(nodes.items()):
        row = {"model": name, "rows": None, "differences": None, "state": "equal", "why": ""}
        outcomes.append(row)
        if node["language"] != "sql":
            row |= {"state": "python", "why": "a Python model"}
        elif name in errors:
            row |= {"state": "compile", "why": errors[name]}
        elif node["place"] not in tables:
            row |= {"state": "absent", "why": "not in the warehouse of DuckDB"}
        else:
            expected, row["rows"] = tables[node["place"]]
            state = "parse"
            try:
                parser.parsePlan(node["sql"])
                state = "run"
                row["differences"], row["why"] = difference(spark, node, expected, folder / "spark" / name)
                state = "differs" if row["why"] else "equal"
            except Exception as error:  # every kind of failure of an engine is an outcome, listed with its words
                row["why"] = str(error)
            row["state"] = state
        row["why"] = " ".join(row["why"].split())[:300]
        print(row["state"], name, row["rows"], row["why"], sep="\t", flush=True)
    return outcomes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("warehouse", type=Path, help="DuckDB file that was built")
    options.add_argument("inputs", type=Path, help="directory of the Parquet files it was built from")
    options.add_argument("--vars", default="{}", help="vars it was built with, JSON")
    options.add_argument("--out", type=Path, help="CSV for the table of models")
    chosen = options.parse_args()
    check_java()
    folder = Path(tempfile.mkdtemp(prefix="recmail_spark_"))
    try:
        outcomes = compare(chosen.warehouse, chosen.inputs, folder, json.loads(chosen.vars))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with GAPS.open(encoding="utf-8", newline="") as file:
        gaps = {row["model"]: row["why"] for row in csv.DictReader(file)}
    if chosen.out:
        with chosen.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, outcomes[0])
            writer.writeheader()
            writer.writerows(outcomes)
    for row in outcomes:
        print(f"{row['model']:50} {row['rows'] if row['rows'] is not None else '':>8} {row['state']:8} {row['why'][:120]}")
    print("models:", ", ".join(f"{n} {state}" for state, n in Counter(r["state"] for r in outcomes).most_common()))
    wrong = [row["model"] for row in outcomes if row["state"] != "equal" and row["model"] not in gaps]
    stale = [row["model"] for row in outcomes if row["state"] == "equal" and row["model"] in gaps]
    if wrong:
        print("not equal, and not listed in spark_gaps.csv:", ", ".join(wrong))
    if stale:
        print("equal by now, take them out of spark_gaps.csv:", ", ".join(stale))
    sys.exit(bool(wrong or stale))


if __name__ == "__main__":
    main()
