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

{{ checked_rows('experiment_assignments', rows='in_scope', first='assigned_at') }}
