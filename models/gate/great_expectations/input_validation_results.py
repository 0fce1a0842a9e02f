"""One row per expectation that the input contract makes: the gate that every staging model waits for."""


def model(dbt, session):
    dbt.config(materialized="table")
    contracts = dbt.ref("input_contract").fetchall()
    fingerprint, as_of, all_rows = dbt.ref("input_fingerprint").fetchall()[0]

    import pyarrow as pa

    from input_checks.contract import InputContract
    from input_checks.gate import RESULT_SCHEMA, earlier_row_counts, judge_inputs

    limits = dbt.config.get("meta") | {"as_of": as_of}
    history = earlier_row_counts(session, limits["state_schema"], fingerprint)
    contracts = [InputContract.from_row(*row) for row in contracts]
    held = dict(table.split(":", 1) for table in all_rows.split(";"))
    rows = judge_inputs(session, contracts, history, limits, held)
    return pa.Table.from_pylist(
        [{"input_fingerprint": fingerprint, **row} for row in rows], schema=RESULT_SCHEMA
    )
