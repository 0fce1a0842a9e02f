"""Builds a warehouse from inputs by dbt in this process, which imports dbt once for all tests."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).parents[2]
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
    messages: list[str] = []

    def keep(event) -> None:
        if event.info.level in ("warn", "error"):
            messages.append(event.info.msg)

    os.environ["RECMAIL_DATABASE"] = str(database)
    result = dbtRunner(callbacks=[keep]).invoke(
        [
            "build",
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *(
                "--target-path",
                str(ROOT / "target" / "pytest"),
                "--log-path",
                str(ROOT / "target" / "pytest"),
            ),
            *("--vars", json.dumps(variables), "--quiet"),
            *(() if tests else ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")),
            *arguments,
        ]
    )
    DuckDBConnectionManager.close_all_connections()  # or the file stays locked for this process
    if result.exception:
        messages.append(str(result.exception))
    return Build(database, result.success, messages)
