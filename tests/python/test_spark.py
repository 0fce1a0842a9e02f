"""The whole project on Apache Spark beside DuckDB, where `make spark` has made its environment and Java is there."""

import json
import os
import subprocess

import pytest
from warehouse import ROOT, build

from dbt_tools.java import java_problem

PYTHON = ROOT / ".venv-spark" / "bin" / "python"


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


def test_every_table_is_the_same_on_spark(small_inputs, tmp_path):
    """Seeds, state, staging, intermediates and marts; dbt_tools/spark_parity.py names the few that may differ."""
    if not PYTHON.with_name("dbt").exists():
        pytest.skip("Spark is not installed here: make spark installs it into .venv-spark")
    if problem := java_problem():
        pytest.skip(problem)
    on_duckdb = build(tmp_path / "w.duckdb", {"input_location": str(small_inputs), "gate": "sql"})
    assert on_duckdb.succeeded, on_duckdb.text
    run = subprocess.run(
        [
            PYTHON,
            "-m",
            "dbt_tools.spark_parity",
            on_duckdb.database,
            small_inputs,
            "--vars",
            json.dumps({"gate": "sql"}),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DBT_PROFILES_DIR": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
