"""Writes one self-contained page that says what a build thought of its inputs.

Reads what the build left in a DuckDB file. A build that stopped left only part of it: the page shows that part and says
what is missing. Personal data is masked.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

import click
import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dbt_tools.open_database import open_database
from dbt_tools.options import built_warehouse_option
from dbt_tools.private_text import without_addresses
from dbt_tools.project import project_directory
from dbt_tools.relations import LATEST_RUN, qualified, schemas_holding

# those that the input contract marks personal, and what people type
PERSONAL_COLUMNS = {"email", "first_name", "city", "phone", "url", "user_agent", "search_query"}
MASK = "…"
SAMPLE_ROWS = 3
PAGE = "input_quality.html"
SPARKLINE = {"width": 140, "height": 36, "margin": 4}  # px

Rows = list[dict]


@click.command(help=__doc__)
@built_warehouse_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: project_directory() / "out" / PAGE,
    show_default=f"out/{PAGE}",
    help="HTML file to write.",
)
def main(database: Path, out: Path) -> None:
    try:
        with open_database(database) as connection:
            page = render(report(connection))
    except duckdb.IOException as error:
        raise click.ClickException(f"{database} can't be read, is a build still running? {error}") from None
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    click.echo(f"{out}: input quality, from {database}")


def report(connection: duckdb.DuckDBPyConnection) -> dict:
    """Everything the page shows; a section whose relation doesn't exist is None."""

    def section(name: str, sql: str = "from {relation}") -> Rows | None:
        relation = relation_of(connection, name)
        return query(connection, sql.format(relation=relation)) if relation else None

    latest_run = section(LATEST_RUN)
    results = section(
        "input_validation_results",
        "from {relation} order by is_success, severity, table_name, column_name, description",
    )
    history = section("input_history", "from {relation} order by table_name, run_number")
    rejected = [
        row["table_name"]
        for row in query(
            connection,
            """
            select table_name
            from information_schema.tables
            where table_catalog = current_database() and starts_with(table_name, 'rejected_')
            order by table_name
            """,
        )
    ]
    return {
        "run": latest_run[0] if latest_run else None,
        "gate": gate(latest_run, results),
        "results": None if results is None else [masked_result(row) for row in results],
        "counts": section("input_row_counts", "from {relation} order by table_name"),
        "rejects": {
            name.removeprefix("rejected_"): reject_reasons(connection, relation_of(connection, name))
            for name in rejected
        },
        "repairs": section(
            "repaired_fields",
            """
            select table_name, repair, count(*) as field_count
            from (select table_name, unnest(string_split(repairs, '; ')) as repair from {relation})
            group by all
            order by table_name, field_count desc, repair
            """,
        ),
        "conflicts": section(
            "identity_conflicts",
            """
            select resolution, count(*) as device_count, max(user_count) as user_count_max
            from {relation}
            group by resolution
            order by resolution
            """,
        ),
        "trends": None if history is None else trends(history),
    }


def relation_of(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Schema and name, ready for SQL; None when the database has no relation of this name."""
    schemas = schemas_holding(connection, name)
    if len(schemas) > 1:
        raise click.ClickException(
            f"{name} is in more than one schema ({', '.join(schemas)}): use a database with one build in it"
        )
    return qualified(schemas[0], name) if schemas else None


def gate(latest_run: Rows | None, results: Rows | None) -> dict:
    """`is_open`, and in words why."""
    if not latest_run:
        return {"is_open": False, "why": "No run has looked at any inputs yet.", "faults": []}
    run = latest_run[0]
    if run["problem"]:
        why = "The latest run could not use its inputs; nothing was built from them."
        return {"is_open": False, "why": why, "faults": run["problem"].split("; ")}
    if not results:
        why = "The latest run stopped before its inputs were checked."
        return {"is_open": False, "why": why, "faults": []}
    if any(row["input_fingerprint"] != run["input_fingerprint"] for row in results):
        why = "The checks on this page belong to other inputs than the latest run was given. Build again."
        return {"is_open": False, "why": why, "faults": []}
    critical = [row for row in results if row["severity"] == "critical"]
    if failed := [row for row in critical if not row["is_success"]]:
        why = f"{len(failed)} of {len(critical)} critical expectations failed; nothing was built from these inputs."
        faults = [
            f"{row['table_name']}: {row['description']} Found: {masked_text(row['observed'])}."
            for row in failed
        ]
        return {"is_open": False, "why": why, "faults": faults}
    warnings = sum(not row["is_success"] for row in results)
    why = (
        f"All {len(critical)} critical expectations hold; {warnings or 'no'} warning{'s' * (warnings != 1)}."
    )
    return {"is_open": True, "why": why, "faults": []}


def reject_reasons(connection: duckdb.DuckDBPyConnection, relation: str) -> Rows:
    """One row per reason of one input, commonest first, with up to three of its rows; several reasons count each."""
    rows = query(
        connection,
        f"""
        select reason, count(*) as reject_count, min(raw_row, {SAMPLE_ROWS}) as samples
        from (
            select unnest(string_split(reject_reasons, '; ')) as reason, cast(raw_row as varchar) as raw_row
            from {relation}
        )
        group by reason
        order by reject_count desc, reason
        """,
    )
    return [{**row, "samples": [masked_row(json.loads(raw)) for raw in row["samples"] or []]} for row in rows]


def masked_row(row: dict) -> dict[str, str]:
    """The fields that have a value. An address is masked in any column: a faulty row may be shifted."""
    return {
        column: MASK if column in PERSONAL_COLUMNS else masked_text(str(value))
        for column, value in row.items()
        if value is not None
    }


def masked_result(row: dict) -> dict:
    """With an example of a personal column masked as a whole."""
    observed = masked_text(row["observed"])
    if row["column_name"] in PERSONAL_COLUMNS:
        observed = re.sub(r", such as .*", f", such as {MASK}", observed, flags=re.DOTALL)
    keys = [masked_text(key) for key in json.loads(row["sample_keys"] or "[]")]
    return {**row, "observed": observed, "sample_keys": keys}


def masked_text(text: str | None) -> str:
    return without_addresses(text or "", MASK)


def trends(history: Rows) -> Rows:
    """One row per input: its row counts over runs as points of a sparkline, zero at the bottom."""
    by_table: dict[str, Rows] = {}
    for row in history:
        by_table.setdefault(row["table_name"], []).append(row)
    return [
        {
            "table_name": table,
            "run_count": len(runs),
            "points": sparkline(runs),
            "latest": runs[-1]["row_count"],
            "previous": runs[-2]["row_count"] if len(runs) > 1 else None,
        }
        for table, runs in by_table.items()
    ]


def sparkline(runs: Rows) -> Rows:
    margin = SPARKLINE["margin"]
    width, height = SPARKLINE["width"] - 2 * margin, SPARKLINE["height"] - 2 * margin
    highest = max(run["row_count"] for run in runs) or 1
    return [
        {
            "x": round(margin + width * (number / (len(runs) - 1) if len(runs) > 1 else 0.5), 1),
            "y": round(margin + height * (1 - run["row_count"] / highest), 1),
            "run_number": run["run_number"],
            "row_count": run["row_count"],
            "is_failure": run["critical_failure_count"] > 0,
        }
        for number, run in enumerate(runs)
    ]


def render(content: dict) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["csp_hash"] = csp_hash
    return environment.get_template("input_quality.html.j2").render(**content, sparkline=SPARKLINE)


def csp_hash(text: str) -> str:
    """What a content security policy names an inline style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def query(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    cursor = connection.execute(sql)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
