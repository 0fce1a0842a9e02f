-- An event that the loader wrote twice is one.
{{ config(enabled='snowplow' in var('sources')) }}

select
    event_id,
    {{ clean_timestamp('coalesce(happened_at, collected_at)') }} as occurred_at,
    user_id,
    coalesce(device_id, network_id) as anonymous_id,
    session_id,
    case lower(device_type)
        when 'computer' then 'desktop'
        else lower(device_type)
    end as device_type,
    lower(action_type) as action_type,
    {{ json_rows('products', ['id', 'category']) }} as products,
    {{ list_item(json_rows('transactions', ['transaction_id']), 1) }}.transaction_id as transaction_id,
    {{ words_of_json('search_terms') }} as search_query
from {{ ref('snowplow_table_events') }}
qualify row_number() over (partition by event_id order by collected_at, happened_at) = 1
