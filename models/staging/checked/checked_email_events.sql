with input_rows as (

    select * from {{ gated_input('email_events') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

typed as (

    select
        {{ clean_text('event_id') }} as event_id,
        {{ clean_enum('event_type') }} as event_type,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('message_id') }} as message_id,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_enum('bounce_type') }} as bounce_type,
        {{ clean_text('user_agent') }} as user_agent,
        coalesce({{ clean_boolean('is_machine') }}, false) as is_machine,
        {{ clean_timestamp('occurred_at') }} as occurred_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select typed.*
    from typed
    cross join as_of
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

{{ checked_rows('email_events', rows='in_scope', first='occurred_at desc') }}
