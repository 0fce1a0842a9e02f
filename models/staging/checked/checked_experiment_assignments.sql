with input_rows as (

    select * from {{ gated_input('experiment_assignments') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

typed as (

    select
        {{ clean_text('experiment') }} as experiment,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('arm') }} as arm,
        {{ clean_timestamp('assigned_at') }} as assigned_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select typed.*
    from typed
    cross join as_of
    where typed.assigned_at is null or typed.assigned_at <= as_of.as_of

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when experiment is null then 'experiment is missing' end,
            case when user_id is null then 'user_id is missing' end,
            case when arm is null then 'arm is missing' end,
            case when assigned_at is null then 'assigned_at is missing or not a timestamp' end,
            case when assigned_at < cast('1990-01-01' as timestamp) then 'assigned_at is impossibly early' end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by experiment, user_id
            order by case when faults = '' then 0 else 1 end, assigned_at, raw_row
        ) as copy_number
    from judged

)

select
    experiment,
    user_id,
    arm,
    assigned_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of experiment and user_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
