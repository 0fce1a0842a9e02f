-- A run on inputs seen before takes the place of the one that saw them and keeps its number: running twice changes
-- nothing.
with results as (

    select * from {{ ref('input_validation_results') }}

),

known as (

    select * from {{ source('state', 'input_runs') }}

),

judged as (

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

run as (

    select
        coalesce(
            max(case when input_fingerprint in (select judged.input_fingerprint from judged) then run_number end),
            max(run_number) + 1,
            1
        ) as run_number
    from known

)

select
    input_fingerprint,
    table_name,
    run_number,
    row_count,
    critical_failure_count,
    warning_count
from known
where input_fingerprint not in (select judged.input_fingerprint from judged)
union all
select
    judged.input_fingerprint,
    judged.table_name,
    cast(run.run_number as integer) as run_number,
    judged.row_count,
    judged.critical_failure_count,
    judged.warning_count
from judged
cross join run
