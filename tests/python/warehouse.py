"""Builds a warehouse from inputs by dbt in this process, which imports dbt once for all tests."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dbt_tools.dbt_runs import NO_TESTS, run_dbt
from dbt_tools.project import CHECKOUT as ROOT

MART_SCHEMAS = ("recommendations", "email", "sales", "metrics", "exports")


@dataclass
class Build:
    database: Path
    succeeded: bool
    messages: list[str] = field(repr=False)

    @property
    def text(self) -> str:
        return "\n".join(self.messages)

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.database, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str):
        return self.query(sql)[0][0]

    def relations(self, *schemas: str) -> list[str]:
        """Names of all tables and views, of the given schemas or of all."""
        return [
            f"{schema}.{name}"
            for schema, name in self.query(
                "select table_schema, table_name from information_schema.tables order by all"
            )
            if not schemas or schema in schemas
        ]

    def content(self, relation: str) -> list[str]:
        """Every row as text, sorted: equal for equal content."""
        return [row for (row,) in self.query(f"select cast(t as varchar) from {relation} as t order by 1")]


def build(database: Path, variables: dict, *arguments: str, tests: bool = False) -> Build:
    """`dbt build` into `database`, without tests unless `tests`; a failing build does not raise."""
    choice = () if tests else NO_TESTS
    run = run_dbt(
        "build",
        *choice,
        *arguments,
        variables=variables,
        folder=ROOT / "target" / "pytest",
        database=database,
    )
    return Build(database, run.succeeded, run.messages)
