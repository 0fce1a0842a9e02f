"""Runs the suites of this folder on the views of schema `inputs`: a row per expectation, the same at every run."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml

from input_checks.connection import FetchingConnection

SAMPLE_KEYS = 5
RESULT_SCHEMA = pa.schema(
    [
        ("input_fingerprint", pa.string()),
        ("table_name", pa.string()),
        ("column_name", pa.string()),
        ("expectation", pa.string()),
        ("severity", pa.string()),
        ("description", pa.string()),
        ("observed", pa.string()),
        ("sample_keys", pa.string()),
        ("row_count", pa.int64()),
        ("unexpected_count", pa.int64()),
        ("unexpected_share", pa.float64()),
        ("is_success", pa.bool_()),
    ]
)


def earlier_row_counts(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """table_name and row_count of earlier runs on other inputs, latest first; none before the first run."""
    if not connection.execute(
        "select 1 from information_schema.tables where table_schema = 'state' and table_name = 'input_runs'"
    ).fetchall():
        return []
    rows = connection.execute(
        """
        select table_name, row_count
        from state.input_runs
        where input_fingerprint <> (select input_fingerprint from inputs.latest_run)
        order by run_number desc, table_name
        """
    ).fetchall()
    return [{"table_name": table_name, "row_count": row_count} for table_name, row_count in rows]


def judge_inputs(connection: duckdb.DuckDBPyConnection, history: list[dict], limits: dict) -> list[dict]:
    """Rows of input_validation_results, by table in suite order.

    `history` holds table_name and row_count of earlier runs on other inputs, latest first; `limits` the vars
    volume_* and freshness_*. An expectation that can't be computed fails, with the error as what was observed.
    """
    fingerprint = connection.execute("select input_fingerprint from inputs.latest_run").fetchall()[0][0]
    shared = FetchingConnection(connection)
    context = ephemeral_context(shared)
    rows = []
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        suite = yaml.safe_load(path.read_text(encoding="utf-8"))
        row_count = connection.execute(f"select count(*) from inputs.{path.stem}").fetchall()[0][0]
        rows += [
            {"table_name": path.stem, "row_count": row_count, **row}
            for row in (
                *suite_rows(context, connection, path.stem, suite, row_count),
                *volume_rows(path.stem, row_count, history, limits),
            )
        ]
    shared.release()
    rows += freshness_rows(connection, limits)
    return [{"input_fingerprint": fingerprint, **row} for row in rows]


def ephemeral_context(shared: FetchingConnection):
    """A GX context whose one data source is the build's connection."""
    import great_expectations
    from sqlalchemy.pool import StaticPool

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.data_sources.add_sql(
        "warehouse",
        connection_string="duckdb:///:memory:",
        kwargs={"creator": lambda: shared, "poolclass": StaticPool},
    )
    return context


def suite_rows(context, connection, table: str, suite: dict, row_count: int) -> Iterator[dict]:
    """One row per expectation of the suite; an empty optional table has nothing to judge."""
    from great_expectations import ExpectationSuite, ValidationDefinition
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    asset = context.data_sources.get("warehouse").add_table_asset(
        table, table_name=table, schema_name="inputs"
    )
    specs = [spec for spec in suite["expectations"] if row_count or "row_count" in spec["type"]]
    expectations = [
        ExpectationConfiguration(
            type=spec["type"],
            kwargs=spec["kwargs"],
            severity=spec["severity"],
            description=spec["description"],
            meta={"number": number},
        ).to_domain_obj()
        for number, spec in enumerate(specs)
    ]
    definition = ValidationDefinition(
        name=table,
        data=asset.add_batch_definition_whole_table("all"),
        suite=context.suites.add(ExpectationSuite(table, expectations=expectations)),
    )
    results = context.validation_definitions.add(definition).run(
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": suite["key"]}
    )
    for result in sorted(results.results, key=lambda result: result.expectation_config.meta["number"]):
        spec = specs[result.expectation_config.meta["number"]]
        yield {
            "column_name": spec["kwargs"].get("column") or spec.get("column"),
            "expectation": spec["type"],
            "severity": spec["severity"],
            "description": spec["description"],
            "is_success": bool(result.success),
            **observation(connection, result, suite["key"], row_count, table == "erasure_requests"),
        }


def printable(text: str) -> str:
    """One line without control characters, and without what looks like an address: logs and pages show it."""
    return "".join(char if char.isprintable() else " " for char in re.sub(r"\S*@\S*", "…@…", text))


def observation(connection, result, key: list[str], row_count: int, holds_erased_users: bool) -> dict:
    """What was found, as numbers and as a few words, with the smallest keys of the rows concerned."""
    found = result.result
    error = result.exception_info or {}
    if "exception_message" not in error:  # GX nests errors by metric
        error = next((nested for nested in error.values() if isinstance(nested, dict)), {})
    if error.get("raised_exception"):
        return {"observed": printable(f"could not be checked: {error['exception_message']}")}
    if details := found.get("details", {}).get("unexpected_rows"):
        count, example = details[0]["unexpected_count"], details[0]["example"]
        return {
            "unexpected_count": count,
            "unexpected_share": count / row_count,
            "observed": printable(f"{count:,} of {row_count:,} rows, such as '{example}'"),
        }
    if "unexpected_count" not in found:
        return {"unexpected_count": 0, "unexpected_share": 0.0, "observed": f"{row_count:,} rows"}
    count = found["unexpected_count"]
    keys = []
    if count and not holds_erased_users:
        rows = found["unexpected_index_query"].rstrip("; \n")
        columns = ", ".join(key)
        query = f"select distinct {columns} from ({rows}) order by all limit {SAMPLE_KEYS}"
        keys = [printable("/".join(map(str, row))) for row in connection.execute(query).fetchall()]
    return {
        "unexpected_count": count,
        "unexpected_share": count / row_count,
        "observed": f"{count:,} of {row_count:,} rows ({count / row_count:.1%})",
        "sample_keys": json.dumps(keys),
    }


def volume_rows(table: str, row_count: int, history: list[dict], limits: dict) -> Iterator[dict]:
    """How the number of rows compares with the median of the last runs on other inputs; nothing on a first run."""
    earlier = sorted(
        [run["row_count"] for run in history if run["table_name"] == table][: limits["volume_runs"]]
    )
    if not earlier or not earlier[len(earlier) // 2]:
        return
    usual = earlier[len(earlier) // 2]
    for severity, low, high in (
        ("critical", limits["volume_error_share"], None),
        ("warning", limits["volume_warn_factor"] ** -1, limits["volume_warn_factor"]),
    ):
        bounds = f"at least {low:.0%}" + (f" and at most {high:.0%}" if high else "")
        yield {
            "expectation": "row_count_close_to_the_last_runs",
            "severity": severity,
            "description": f"The number of rows is {bounds} of the last {len(earlier)} runs' median.",
            "is_success": row_count >= low * usual and (high is None or row_count <= high * usual),
            "observed": f"{row_count:,} rows, usually {usual:,}",
            "unexpected_count": 0,
            "unexpected_share": 0.0,
        }


def freshness_rows(connection: duckdb.DuckDBPyConnection, limits: dict) -> Iterator[dict]:
    """How old the newest order is, against var `as_of`, else against the newest event of any input.

    dbt's own source freshness compares with the wall clock, which would make a replay fail.
    """
    days = connection.execute(
        """
        with newest as (
            select
                (select max(try_cast(ordered_at as timestamp)) from inputs.orders
                where $as_of is null or try_cast(ordered_at as timestamp) <= cast($as_of as timestamp))
                    as ordered_at,
                (select max(try_cast(occurred_at as timestamp)) from inputs.web_events) as viewed_at,
                (select max(try_cast(occurred_at as timestamp)) from inputs.email_events) as mailed_at
        )
        select date_diff('second', ordered_at, coalesce(
            cast($as_of as timestamp), greatest(ordered_at, viewed_at, mailed_at))) / 86400.0
        from newest
        """,
        {"as_of": limits["as_of"]},
    ).fetchall()[0][0]
    for severity in ("critical", "warning"):
        limit = limits[f"freshness_{'error' if severity == 'critical' else 'warn'}_days"]
        if limit is None:
            continue
        yield {
            "table_name": "orders",
            "column_name": "ordered_at",
            "expectation": "newest_order_is_fresh",
            "severity": severity,
            "description": f"The newest order is at most {limit} days older than as_of or the newest event.",
            "is_success": days is not None and days <= limit,
            "observed": "no order has a time" if days is None else f"{days:.1f} days",
        }
