"""Runs the suites of all inputs: a row per expectation, the same at every run."""

import json
import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from dbt_tools.relations import qualified
from input_checks.connection import FetchingConnection
from input_checks.contract import InputContract
from input_checks.suite import Expected, expectations, judged_rows

SAMPLE_KEYS = 5
NOT_COMPUTED = "could not be checked"
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


# What this process found last in a table of this place: what was judged, by which limits, and the rows of its suite. A
# watch, a simulation or a run of tests judges the same rows again and again, which takes Great Expectations 30 ms each.
LAST_FOUND: dict[str, tuple[tuple, list[dict]]] = {}


def earlier_row_counts(connection: duckdb.DuckDBPyConnection, schema: str, fingerprint: str) -> list[dict]:
    """table_name and row_count of earlier runs on other inputs, latest first; none before the first run.

    `schema` is that of the tables that survive a build.
    """
    if not connection.execute(
        """
        select 1
        from information_schema.tables
        where table_catalog = current_database() and table_schema = $schema and table_name = 'input_runs'
        """,
        {"schema": schema},
    ).fetchall():
        return []
    rows = connection.execute(
        f"""
        select table_name, row_count
        from {qualified(schema, "input_runs")}
        where input_fingerprint <> $fingerprint
        order by run_number desc, table_name
        """,
        {"fingerprint": fingerprint},
    ).fetchall()
    return [{"table_name": table_name, "row_count": row_count} for table_name, row_count in rows]


def judge_inputs(
    connection: duckdb.DuckDBPyConnection,
    contracts: list[InputContract],
    history: list[dict],
    limits: dict,
    held: dict[str, str] | None = None,
) -> list[dict]:
    """Rows of input_validation_results but for the fingerprint, by table in suite order.

    `history` holds table_name and row_count of earlier runs on other inputs, latest first; `limits` the vars
    volume_*, freshness_* and as_of. `held` tells by table what rows it holds from others: what this process has found
    in the same ones is not looked for again. An expectation that can't be computed fails, with the error as what was
    observed.
    """
    shared = FetchingConnection(connection)
    context = cache(lambda: ephemeral_context(shared))
    rows = []
    for contract in sorted(contracts, key=lambda contract: contract.table_name):
        table = contract.table_name
        row_count = connection.execute(f"select count(*) from {contract.relation}").fetchall()[0][0]
        rows += [
            {"table_name": table, "row_count": row_count, **row}
            for row in (
                *found(context, connection, contract, row_count, limits["rejected_rows_min"], held),
                *volume_rows(table, row_count, history, limits),
            )
        ]
    shared.release()
    rows += [*reference_rows(connection, contracts), *share_rows(connection, contracts)]
    return rows + list(freshness_rows(connection, contracts[0].schema_name, limits))


def found(context, connection, contract, row_count: int, few_rows: int, held: dict | None) -> list[dict]:
    """suite_rows, from LAST_FOUND where they are known."""
    judged = (held[contract.table_name], few_rows, repr(contract)) if held else None
    known, rows = LAST_FOUND.get(contract.relation, (None, []))
    if held and judged == known:
        return rows
    rows = list(suite_rows(context, connection, contract, row_count, few_rows))
    if held and not any(row["observed"].startswith(NOT_COMPUTED) for row in rows):
        LAST_FOUND[contract.relation] = judged, rows
    return rows


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


def suite_rows(context, connection, contract: InputContract, row_count: int, few_rows: int) -> Iterator[dict]:
    """One row per expectation of the suite; an empty optional table has nothing to judge.

    A few bad rows, which staging sets aside, stop nothing, whatever share of a small table they are.
    """
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    expected = [one for one in expectations(contract) if row_count or not one.column_name]
    if not expected:
        return
    # GX reads a query of its own kind whole to learn its columns, and of a view one row
    view = f"judged_{contract.table_name}"
    connection.execute(f"create or replace temp view {view} as {judged_rows(contract)}")
    asset = context().data_sources.get("warehouse").add_table_asset(contract.table_name, table_name=view)
    configured = [
        ExpectationConfiguration(
            type=one.type,
            kwargs=one.arguments,
            severity=one.severity,
            description=one.description,
            meta={"number": number},
        ).to_domain_obj()
        for number, one in enumerate(expected)
    ]
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    results = batch.validate(
        ExpectationSuite(contract.table_name, expectations=configured),
        result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
    )
    for result in sorted(results.results, key=lambda result: result.expectation_config.meta["number"]):
        one = expected[result.expectation_config.meta["number"]]
        bad_rows = result.result.get("unexpected_count", row_count)
        are_few = bool(one.column_name) and bad_rows < min(few_rows, row_count)
        yield {
            "column_name": one.column_name,
            "expectation": one.type,
            "severity": one.severity,
            "description": one.description,
            "is_success": bool(result.success) or (one.severity == "critical" and are_few),
            **observation(connection, contract, one, result, row_count),
        }


def printable(text: str) -> str:
    """One line without control characters, and without what looks like an address: logs and pages show it."""
    return "".join(char if char.isprintable() else " " for char in re.sub(r"(?<!\S)\S*@\S*", "…@…", text))


def observation(connection, contract: InputContract, one: Expected, result, row_count: int) -> dict:
    """What was found, in numbers and in words, with the smallest keys of the rows concerned or a value of them."""
    error = result.exception_info or {}
    if "exception_message" not in error:  # GX nests errors by metric
        error = next((nested for nested in error.values() if isinstance(nested, dict)), {})
    if error.get("raised_exception"):
        return {"observed": printable(f"{NOT_COMPUTED}: {error['exception_message']}")}
    if not one.column_name:
        return {"unexpected_count": 0, "unexpected_share": 0.0, "observed": f"{row_count:,} rows"}
    count = result.result["unexpected_count"]
    found = {
        "unexpected_count": count,
        "unexpected_share": count / row_count,
        "observed": f"{count:,} of {row_count:,} rows ({count / row_count:.1%})",
    }
    holds_erased_users = contract.table_name == "erasure_requests"
    if not count or holds_erased_users:
        return found | {"sample_keys": "[]" if one.shows_keys else None}
    if one.shows_keys:
        columns = ", ".join(contract.key)
        rows = f"select distinct {columns} from {contract.relation} where {one.unexpected}"
        query = f"{rows} order by all limit {SAMPLE_KEYS}"
        keys = [printable("/".join(map(str, row))) for row in connection.execute(query).fetchall()]
        return found | {"sample_keys": json.dumps(keys)}
    query = f"select min(cast({one.column_name} as varchar)) from {contract.relation} where {one.unexpected}"
    example = connection.execute(query).fetchall()[0][0]
    return found | {"observed": printable(f"{count:,} of {row_count:,} rows, such as '{example}'")}


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


REFERENCES_MIN, KNOWN_SHARE_MIN = 10, 0.1


def columns_with(rule: str, contracts: list[InputContract]) -> Iterator[tuple[str, str, Any]]:
    """table, column and value of this rule of the contracts."""
    for contract in contracts:
        for column in contract.columns:
            if rule in column.meta:
                yield contract.table_name, column.name, column.meta[rule]


def reference_rows(connection: duckdb.DuckDBPyConnection, contracts: list[InputContract]) -> Iterator[dict]:
    """Whether ids mean the same in two inputs: some that are unknown are life, nearly all are two ways to write ids."""
    schema = contracts[0].schema_name
    for table, column, other in columns_with("refers_to", contracts):
        referring, known = qualified(schema, table), qualified(schema, other)
        count, known_count, unknown, sample = connection.execute(
            f"""
            with ids as (select distinct {column} as id from {referring} where {column} is not null),
            known as (select distinct {column} as id from {known} where {column} is not null)
            select
                count(*),
                count(known.id),
                list_sort(list(ids.id) filter (known.id is null))[:3],
                (select list(id) from (select id from known order by id limit 3))
            from ids
            left join known using (id)
            """
        ).fetchall()[0]
        if count:
            found = f"{known_count:,} of {count:,}"
            if unknown:
                found += f"; unknown are such as {', '.join(unknown)}; {other} has such as {', '.join(sample or [])}"
            yield {
                "table_name": table,
                "column_name": column,
                "expectation": "ids_are_known",
                "severity": "critical",
                "description": f"At least {KNOWN_SHARE_MIN:.0%} of the values of {column} are in {other}.",
                "is_success": count < REFERENCES_MIN or known_count >= KNOWN_SHARE_MIN * count,
                "observed": printable(found),
                "row_count": count,
                "unexpected_count": count - known_count,
                "unexpected_share": 1 - known_count / count,
            }


SWALLOWED_MIN = 10


def share_rows(connection: duckdb.DuckDBPyConnection, contracts: list[InputContract]) -> Iterator[dict]:
    """Whether one family, category, brand or user holds so much of a table that it is likely a word for none.

    0 is one already, and staging takes it for none.
    """
    schema = contracts[0].schema_name
    # some shops are of one brand, or sell little else than one category
    for table, column, share_max in columns_with("value_share_max", contracts):
        found = connection.execute(
            f"""
            select {column}, count(*), (select count(*) from {qualified(schema, table)})
            from {qualified(schema, table)}
            where {column} <> '0'
            group by {column}
            order by count(*) desc, {column}
            limit 1
            """
        ).fetchall()
        for value, count, row_count in found:
            yield {
                "table_name": table,
                "column_name": column,
                "expectation": "no_value_swallows_the_table",
                "severity": "warning",
                "description": f"No {column} is that of more than {share_max:.0%} of the rows.",
                "is_success": count < SWALLOWED_MIN or count <= share_max * row_count,
                "observed": printable(f"{count:,} of {row_count:,} rows have {value}"),
                "row_count": row_count,
                "unexpected_count": count,
                "unexpected_share": count / row_count,
            }


def freshness_rows(connection: duckdb.DuckDBPyConnection, schema: str, limits: dict) -> Iterator[dict]:
    """How old the newest order is, against var `as_of`, else against the newest event of any input.

    dbt's own source freshness compares with the wall clock, which would make a replay fail.
    """
    days = connection.execute(
        f"""
        with newest as (
            select
                (select max(try_cast(ordered_at as timestamp)) from {qualified(schema, "orders")}
                where $as_of is null
                    or try_cast(ordered_at as timestamp) <= cast(cast($as_of as timestamptz) as timestamp))
                    as ordered_at,
                (select max(try_cast(occurred_at as timestamp)) from {qualified(schema, "web_events")}) as viewed_at,
                (select max(try_cast(occurred_at as timestamp)) from {qualified(schema, "email_events")}) as mailed_at
        )
        select date_diff('second', ordered_at, coalesce(
            cast(cast($as_of as timestamptz) as timestamp), greatest(ordered_at, viewed_at, mailed_at))) / 86400.0
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
