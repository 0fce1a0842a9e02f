with input_rows as (

    select * from {{ gated_input('send_log') }}

),

typed as (

    select
        {{ clean_message_id('message_id') }} as message_id,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_enum('trigger_type') }} as trigger_type,
        {{ clean_enum('segment') }} as segment,
        -- as experiment_assignments have it: an ESP's arms may have capitals
        {{ clean_text('arm') }} as arm,
        {{ clean_enum('state') }} as state,
        {{ clean_text('reason') }} as reason,
        {{ clean_enum('transport') }} as transport,
        {{ clean_number('attempts') }} as attempts,
        {{ clean_number('repeats') }} as repeats,
        {{ shown_items_of('items') }} as items,
        {{ clean_timestamp('queued_at') }} as queued_at,
        {{ clean_timestamp('send_at') }} as send_at,
        {{ clean_timestamp('handed_over_at') }} as handed_over_at,
        {{ clean_timestamp('ended_at') }} as ended_at,
        {{ clean_timestamp('as_of') }} as as_of,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- what left, or was to leave, later than as_of is not read
    select typed.*
    from typed
    cross join {{ ref('stg_as_of') }} as this_run
    where
        coalesce(typed.handed_over_at, typed.send_at, typed.queued_at) is null
        or coalesce(typed.handed_over_at, typed.send_at, typed.queued_at) <= this_run.as_of

),

{{ checked_rows('send_log', rows='in_scope', first='ended_at desc, handed_over_at desc, queued_at desc') }}
