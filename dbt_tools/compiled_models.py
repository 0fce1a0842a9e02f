"""Models as dbt compiles them, to be run on any tables without dbt: for property tests and benchmarks."""

from pathlib import Path

import duckdb

from dbt_tools.dbt_runs import run_dbt

Relation = tuple[str, str]


def compile_models(folder: Path, select: str, variables: dict | None = None) -> list[Relation]:
    """(`schema.name`, SQL) of the selected models in the order in which they build. `folder` takes what dbt writes."""
    run = run_dbt("compile", "--threads", "1", "--select", select, variables=variables or {}, folder=folder)
    if not run.succeeded:
        raise RuntimeError(f"dbt compile failed: {run.messages}")
    nodes = [compiled.node for compiled in run.results if compiled.node.resource_type == "model"]
    return [
        (f"{node.schema}.{node.name}", node.compiled_code.replace(f'"{node.database}".', ""))
        for node in nodes
    ]


def run_models(connection: duckdb.DuckDBPyConnection, models: list[Relation]) -> None:
    """Builds each model as a table; what the models read must be there."""
    for relation, sql in models:
        connection.execute(f"create schema if not exists {relation.split('.')[0]}")
        connection.execute(f"create or replace table {relation} as {sql}")
