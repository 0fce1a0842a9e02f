-- What great_expectations/input_validation_results.py judges, in SQL alone, for var gate: the same expectations with the same
-- outcome. It shows neither keys nor examples of rows. A run is usable when it built input_contract, too:
-- depends_on: {{ ref('input_contract') }}
with fingerprint as (

    select input_fingerprint from {{ ref('input_fingerprint') }}

),

judged as (

    {{ gate_rows() }}

)

select
    fingerprint.input_fingerprint,
    judged.table_name,
    judged.column_name,
    judged.expectation,
    judged.severity,
    judged.description,
    judged.observed,
    cast(null as {{ dbt.type_string() }}) as sample_keys,
    cast(judged.row_count as bigint) as row_count,
    cast(judged.unexpected_count as bigint) as unexpected_count,
    cast(judged.unexpected_share as double) as unexpected_share,
    judged.is_success
from judged
cross join fingerprint
