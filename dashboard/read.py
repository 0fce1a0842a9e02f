"""The numbers of the page: one SQL file per set of rows, read from the marts of a build."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click
import duckdb

from dbt_tools.open_database import open_database
from dbt_tools.relations import schemas_holding, search

SQL = Path(__file__).parent / "sql"
# what `setup_clock.sql` counts weeks from
CLOCK = "metric_alerts"
# rows → the relations that its file reads
READ = {
    "run": [CLOCK],
    "periods": [CLOCK],
    "filters": ["email_performance_daily", "decision_waterfall"],
    "addresses": ["stg_users"],
    "emails": [CLOCK, "email_performance_daily"],
    "email_weeks": [CLOCK, "email_performance_daily"],
    "claimed": ["attributed_revenue"],
    "contexts": [CLOCK, "recommendation_performance_daily"],
    "strategies": [CLOCK, "recommendation_performance_daily"],
    "positions": [CLOCK, "recommendation_performance_daily"],
    "experiments": ["experiment_results"],
    "accuracy": ["recommendation_accuracy"],
    "coverage": [CLOCK, "catalog_coverage_weekly"],
    "rfm_groups": ["user_value"],
    "rfm_moves": ["segment_migrations"],
    "gate": ["input_validation_results"],
    "gate_failures": ["input_validation_results"],
    "rows": ["input_row_counts"],
    "events": ["email_event_counts"],
    "waterfall": ["decision_waterfall"],
    "readiness": ["readiness"],
    "readiness_counts": ["readiness"],
    "alerts": [CLOCK],
}

Row = dict[str, object]


@dataclass(frozen=True)
class Numbers:
    """Rows by the name of their SQL file; `missing` has the relations that keep rows from being there."""

    rows: dict[str, list[Row]]
    missing: dict[str, list[str]]

    def of(self, name: str) -> list[Row]:
        """Of a file whose relations are missing none."""
        return self.rows.get(name, [])


def read(database: Path) -> Numbers:
    """ClickException when the file can't be read, or holds two builds."""
    try:
        with open_database(database) as connection:
            return read_from(connection)
    except duckdb.IOException as error:
        raise click.ClickException(f"{database} can't be read, is a build still running? {error}") from None


def read_from(connection: duckdb.DuckDBPyConnection) -> Numbers:
    schemas = {name: schemas_holding(connection, name) for names in READ.values() for name in names}
    for name, holders in schemas.items():
        if len(holders) > 1:
            raise click.ClickException(
                f"{name} is in more than one schema ({', '.join(holders)}): use a database with one build in it"
            )
    search(connection, sorted({holder for holders in schemas.values() for holder in holders}))
    for setup in ["setup", "setup_clock"] if schemas[CLOCK] else ["setup"]:
        connection.execute((SQL / f"{setup}.sql").read_text("utf-8"))
    rows, missing = {}, {}
    for file, names in READ.items():
        if absent := sorted(name for name in names if not schemas[name]):
            missing[file] = absent
        else:
            rows[file] = query(connection, (SQL / f"{file}.sql").read_text("utf-8"))
    return Numbers(rows, missing)


def query(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """As JSON has it. The marts round to six places; sums and quotients of this page to ten, so that no two runs
    differ in the last bit."""
    cursor = connection.execute(sql)
    columns = [column[0] for column in cursor.description]
    return [
        {column: plain(value) for column, value in zip(columns, row, strict=True)}
        for row in cursor.fetchall()
    ]


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        value = round(value, 10)
        return int(value) if value.is_integer() else value
    return value
