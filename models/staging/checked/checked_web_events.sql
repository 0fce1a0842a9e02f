{{ config(news={'of': ['input_web_events'], 'key': 'row_hash'}) }}
-- depends_on: {{ ref('stg_changed_web_events') }}

with input_rows as (

    select came_in.* from {{ gated_input('web_events') }} as came_in
    where {{ is_news(hash_of_row(row_as_struct('came_in'))) }}

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
        -- left minus entered is below 0 where one of them is missing
        case
            when {{ clean_number('dwell_seconds') }} between 0 and 86400 then {{ clean_number('dwell_seconds') }}
        end as dwell_seconds,
        {{ clean_timestamp('occurred_at') }} as occurred_at,
        {{ row_as_struct('input_rows') }} as raw_row,
        {{ hash_of_row(row_as_struct('input_rows')) }} as row_hash
    from input_rows

),

-- rows later than as_of are not read
in_time as (

    select typed.*
    from typed
    cross join as_of
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

bursts as (

    select
        coalesce(anonymous_id, user_id) as visitor_id,
        {{ dbt.date_trunc('minute', 'occurred_at') }} as occurred_minute,
        count(*) as event_count
    from in_time
    group by coalesce(anonymous_id, user_id), {{ dbt.date_trunc('minute', 'occurred_at') }}
    having count(*) > {{ var('bot_events_per_minute') }}

),

in_scope as (

    select
        in_time.*,
        known_items.item_id is not null as item_is_known,
        bursts.event_count is not null as is_of_a_burst
    from in_time
    left join known_items
        on in_time.item_id = known_items.item_id
    left join bursts
        on
            bursts.visitor_id is not distinct from coalesce(in_time.anonymous_id, in_time.user_id)
            and bursts.occurred_minute is not distinct from {{ dbt.date_trunc('minute', 'in_time.occurred_at') }}

),

{{ checked_rows('web_events', rows='in_scope', first='occurred_at desc', also=['row_hash']) }}
