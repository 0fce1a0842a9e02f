"""Models as dbt compiles them, to be run on any tables without dbt: for property tests and benchmarks."""

import json
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).parents[1]

Relation = tuple[str, str]


def compile_models(folder: Path, select: str, variables: dict | None = None) -> list[Relation]:
    """(`schema.name`, SQL) of the selected models in the order in which they build. `folder` takes what dbt writes."""
    arguments = ["compile", "--quiet", "--threads", "1", "--vars", json.dumps(variables or {})]
    for option, value in {
        "--project-dir": ROOT,
        "--profiles-dir": ROOT,
        "--target-path": folder / "target",
        "--log-path": folder / "target",
        "--select": select,
    }.items():
        arguments += [option, str(value)]
    result = dbtRunner().invoke(arguments)
    DuckDBConnectionManager.close_all_connections()
    if not result.success:
        raise RuntimeError(f"dbt compile failed: {result.exception}")
    nodes = [compiled.node for compiled in result.result.results if compiled.node.resource_type == "model"]
    return [
        (f"{node.schema}.{node.name}", node.compiled_code.replace(f'"{node.database}".', ""))
        for node in nodes
    ]


def run_models(connection: duckdb.DuckDBPyConnection, models: list[Relation]) -> None:
    """Builds each model as a table; what the models read must be there."""
    for relation, sql in models:
        connection.execute(f"create schema if not exists {relation.split('.')[0]}")
        connection.execute(f"create or replace table {relation} as {sql}")
