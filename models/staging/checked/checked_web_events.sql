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
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('anonymous_id') }} as anonymous_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_text('category') }} as category,
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
        ) as events_in_minute
    from typed
    cross join as_of
    left join known_items
        on typed.item_id = known_items.item_id
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when event_id is null then 'event_id is missing' end,
            case when event_type is null then 'event_type is missing' end,
            case
                when
                    event_type not in (
                        'item_view', 'category_view', 'search', 'cart_add', 'cart_remove', 'wishlist_add'
                    )
                    then 'event_type is unknown'
            end,
            case when occurred_at is null then 'occurred_at is missing or not a timestamp' end,
            case when occurred_at < cast('1990-01-01' as timestamp) then 'occurred_at is impossibly early' end,
            case
                when user_id is null and anonymous_id is null
                    then 'user_id and anonymous_id are missing'
            end,
            case
                when events_in_minute > {{ var('bot_events_per_minute') }}
                    then 'one of too many events in a minute for a person'
            end,
            case
                when item_id is null and event_type in ('item_view', 'cart_add', 'cart_remove', 'wishlist_add')
                    then 'item_id is missing'
            end,
            case
                when item_id is not null and not item_is_known
                    then 'item_id is not in items'
            end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by event_id
            order by case when faults = '' then 0 else 1 end, occurred_at desc, raw_row
        ) as copy_number
    from judged

)

select
    event_id,
    event_type,
    user_id,
    anonymous_id,
    session_id,
    item_id,
    category,
    search_query,
    device_type,
    dwell_seconds,
    occurred_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of event_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
