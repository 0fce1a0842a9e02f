"""One row per expectation of input_checks/: the gate that every staging model waits for."""


def model(dbt, session):
    dbt.config(materialized="table")

    import pyarrow as pa

    from input_checks.gate import RESULT_SCHEMA, earlier_row_counts, judge_inputs

    limits = dbt.config.get("meta")
    inputs_schema = limits["inputs_schema"]
    history = earlier_row_counts(session, dbt.this.schema, inputs_schema)
    rows = judge_inputs(session, history, limits, inputs_schema)
    return pa.Table.from_pylist(rows, schema=RESULT_SCHEMA)
