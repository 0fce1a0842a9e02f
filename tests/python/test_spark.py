"""The project on Apache Spark beside DuckDB, where Java is and `make test` or `make spark` has installed Spark."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from shop import a_day_later, queued_messages, write_parquet
from warehouse import GATE_IN_SQL, ROOT, Build, build

from dbt_tools.java import java_problem
from email_render.run import Job, render_queue

PYTHON = ROOT / ".venv-spark" / "bin" / "python"
CLUSTER, CLUSTER_MODELS = "local-cluster[2,1,1024]", "+stg_as_of"
# what state is appended from, and little else
OF_STATE = (
    "+int_item_keys +int_user_keys +int_order_keys +int_item_history +input_history +user_segment_history"
)


def java_saying(folder, text: str) -> str:
    """JAVA_HOME of a java that prints this as its version."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    java.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('openjdk version "17.0.13" 2024-10-15', None),
        ('openjdk version "25" 2025-09-16', None),
        ('java version "11.0.2"', "is 11. Install Java 17"),
        ('java version "1.8.0_401"', "is 8. Install Java 17"),
    ],
)
def test_java_is_new_enough_or_the_message_says_what_to_install(tmp_path, monkeypatch, text, found):
    monkeypatch.setenv("JAVA_HOME", java_saying(tmp_path, text))
    problem = java_problem()
    assert problem is None if found is None else found in problem


def test_no_java_is_one_message(monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert "'/nowhere/bin/java' does not run. Install Java 17" in java_problem()


def test_no_pattern_has_a_bracket_that_java_takes_for_another_class():
    """In Java's patterns a [ within brackets opens a class of its own; in DuckDB's a letter, as escaped in both."""
    in_brackets = re.compile(r"\[\^?\]?[^\]]*\[(?!:)")
    patterns = [
        (path.name, pattern)
        for folder in ("macros", "models")
        for path in sorted((ROOT / folder).rglob("*.sql"))
        for call in re.findall(r"\bmatches\((?:(?!}}).)*", path.read_text("utf-8"), re.DOTALL)
        for pattern in re.findall(r"'([^']*)'", call)
    ]
    assert len(patterns) > 20
    assert [one for one in patterns if in_brackets.search(re.sub(r"\\+.", "", one[1]))] == []


@pytest.fixture(scope="module")
def on_duckdb(small_inputs, tmp_path_factory) -> Build:
    """The small shop with the gate in SQL. Skips where Spark can't run."""
    if not (ROOT / ".venv-spark" / "bin" / "dbt").exists():
        pytest.skip("Spark is not installed here: make spark installs it into .venv-spark")
    if problem := java_problem():
        pytest.skip(problem)
    database = tmp_path_factory.mktemp("duckdb") / "w.duckdb"
    built = build(database, {"input_location": str(small_inputs)} | GATE_IN_SQL)
    assert built.succeeded, built.text
    return built


@pytest.fixture(scope="module")
def a_day_later_on_duckdb(on_duckdb, tmp_path_factory) -> tuple[Path, Path]:
    """The warehouse and inputs of a day later: what state is made from, built over the first."""
    folder = tmp_path_factory.mktemp("later")
    write_parquet(a_day_later(queued_messages(on_duckdb.database)), folder / "in")
    database = Path(shutil.copy(on_duckdb.database, folder / "w.duckdb"))
    variables = {"input_location": str(folder / "in")} | GATE_IN_SQL
    built = build(database, variables, "--select", *OF_STATE.split())
    assert built.succeeded, built.text
    return database, folder / "in"


@pytest.fixture(scope="module")
def on_spark(on_duckdb, a_day_later_on_duckdb, small_inputs, tmp_path_factory) -> tuple[str, Path]:
    """Builds the same on Spark and compares, in one Java; what it printed, and the folder of the first build."""
    folder = tmp_path_factory.mktemp("spark") / "kept"
    run = subprocess.run(
        [
            *(PYTHON, "-m", "dbt_tools.spark_parity", on_duckdb.database, small_inputs, "--keep", folder),
            *("--then", *a_day_later_on_duckdb, "--select-then", OF_STATE),
            *("--also-on", CLUSTER, CLUSTER_MODELS, "--vars", json.dumps(GATE_IN_SQL)),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DBT_PROFILES_DIR": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    return run.stdout, folder


def test_every_table_is_the_same_on_spark_and_gives_the_same_emails(on_duckdb, on_spark, tmp_path):
    """Seeds, state, staging, intermediates and marts, whose joins multiply nothing; then what is rendered of them.

    A day later state knows what is new, and has forgotten whom the inputs no longer name.
    """
    said, folder = on_spark
    assert said.count('"state"."item_states"') == said.count('"state"."user_segments"') == 2
    rendered = {}
    for name, database in {"file": on_duckdb.database, "folder": folder}.items():
        render_queue(Job(database, tmp_path / name, b"0123456789abcdef" * 2, "sql"), 1, None)
        rendered[name] = [path.read_bytes() for path in sorted((tmp_path / name).glob("*.parquet"))]
    assert rendered["file"] == rendered["folder"] and rendered["file"]


def test_executors_of_their_own_give_the_same_rows(on_spark):
    """A handful of models, inputs and their gate, on two processes beside the driver: a whole build takes long."""
    said, _ = on_spark
    _, heading, there = said.partition(f"on {CLUSTER}\n")
    assert heading and '"staging"."stg_as_of"' in there
