with input_rows as (

    select * from {{ gated_input('web_events') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

known_items as (

    select item_id from {{ ref('stg_items') }}

),

typed as (

    select
        {{ clean_text('event_id') }} as event_id,
        {{ clean_enum('event_type') }} as event_type,
        {{ zero_as_none('user_id', 'users', 'user_id') }} as user_id,
        {{ clean_text('anonymous_id') }} as anonymous_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_category('category') }} as category,
        {{ clean_text('search_query') }} as search_query,
        {{ clean_enum('device_type') }} as device_type,
        {{ clean_number('dwell_seconds') }} as dwell_seconds,
        {{ clean_timestamp('occurred_at') }} as occurred_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select
        typed.*,
        known_items.item_id is not null as item_is_known,
        count(*) over (
            partition by
                coalesce(typed.anonymous_id, typed.user_id),
                {{ dbt.date_trunc('minute', 'typed.occurred_at') }}
        ) > {{ var('bot_events_per_minute') }} as is_of_a_burst
    from typed
    cross join as_of
    left join known_items
        on typed.item_id = known_items.item_id
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

{{ checked_rows('web_events', rows='in_scope', first='occurred_at desc') }}
