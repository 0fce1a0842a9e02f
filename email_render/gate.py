"""Whether the marts may be mailed: built from the latest inputs, which passed the gate."""

import duckdb

from dbt_tools.relations import LATEST_RUN, qualified, schemas_holding
from dbt_tools.unfinished import unfinished_build
from email_render.errors import SetupError
from email_render.load import schema_of

RESULTS = "input_validation_results"

HINT = "Nothing is rendered: mend the inputs, run `dbt build`, and look at out/input_quality.html."


def require_open_gate(connection: duckdb.DuckDBPyConnection) -> None:
    """SetupError, saying why, unless email_queue comes from the latest inputs and these passed the gate."""
    if folder := unfinished_build(connection):
        problem = f"A later build is running, or was killed: what it has built stands in {folder}."
    else:
        problem = gate_problem(connection)
    if problem:
        raise SetupError(f"{problem}\n{HINT}")


def gate_problem(connection: duckdb.DuckDBPyConnection) -> str | None:
    if not all(schemas_holding(connection, name) for name in (LATEST_RUN, RESULTS)):
        return "The input gate has never run in this database."
    latest_run, gate_results = (
        qualified(schema_of(connection, name), name) for name in (LATEST_RUN, RESULTS)
    )
    runs = connection.sql(f"select input_fingerprint, problem from {latest_run}").fetchall()
    results = connection.sql(
        f"""
        select
            input_fingerprint,
            is_success or severity <> 'critical' as is_passed,
            table_name,
            description,
            observed
        from {gate_results}
        order by table_name, description
        """
    ).fetchall()
    if not runs or not results:
        return "The input gate has no result."
    latest, stopped_by = runs[0]
    if stopped_by:
        return f"The latest run stopped at its inputs: {stopped_by}."
    if any(fingerprint != latest for fingerprint, *_ in results):
        return "The input gate's result belongs to other inputs than the latest run's."
    failures = [f"{table}: {text}; found {found}" for _, passed, table, text, found in results if not passed]
    if failures:
        return "The latest inputs failed the gate:\n- " + "\n- ".join(failures)
    built_from = connection.sql("select distinct input_fingerprint from email_queue").fetchall()
    if any(fingerprint != latest for (fingerprint,) in built_from):
        return "email_queue was built from other inputs than the latest run's: that run did not get so far."
    return None
