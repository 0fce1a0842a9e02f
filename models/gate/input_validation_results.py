"""One row per expectation of input_checks/: the gate that every staging model waits for."""


def model(dbt, session):
    dbt.config(materialized="table")
    limits = dbt.config.get("meta")
    run = session.execute("select project_directory from inputs.latest_run").fetchall()

    import sys

    sys.path.insert(0, run[0][0])  # dbt may have been started anywhere
    import pyarrow as pa

    from input_checks.gate import RESULT_SCHEMA, earlier_row_counts, judge_inputs

    rows = judge_inputs(session, earlier_row_counts(session), limits)
    return pa.Table.from_pylist(rows, schema=RESULT_SCHEMA)
