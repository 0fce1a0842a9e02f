{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['input_fingerprint', 'table_name'],
    full_refresh=false
) }}

-- A run on inputs seen before replaces its own rows and keeps its number: running twice changes nothing.
with results as (

    select * from {{ ref('input_validation_results') }}

),

latest as (

    select
        input_fingerprint,
        table_name,
        max(row_count) as row_count,
        count(*) filter (where not is_success and severity = 'critical') as critical_failure_count,
        count(*) filter (where not is_success and severity = 'warning') as warning_count
    from results
    where row_count is not null
    group by input_fingerprint, table_name

),

runs as (

    {% if is_incremental() %}
        select
            max(run_number) as last_run_number,
            max(case when input_fingerprint in (select input_fingerprint from latest) then run_number end)
                as same_run_number
        from {{ this }}
    {% else %}
        select
            0 as last_run_number,
            cast(null as integer) as same_run_number
    {% endif %}

)

select
    latest.input_fingerprint,
    latest.table_name,
    cast(coalesce(runs.same_run_number, coalesce(runs.last_run_number, 0) + 1) as integer) as run_number,
    latest.row_count,
    latest.critical_failure_count,
    latest.warning_count
from latest
cross join runs
