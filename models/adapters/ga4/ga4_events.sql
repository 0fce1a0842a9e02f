-- An export of BigQuery has lists, a flat one columns.
{{ config(enabled='ga4' in var('sources')) }}

select
    md5(concat_ws(
        '|', user_pseudo_id, event_timestamp, event_name, bundle_sequence_id, batch_event_index, transaction_id, item_id
    )) as event_key,
    event_name,
    case
        when {{ matches('event_timestamp', '^[0-9]{15,}$') }}
            then {{ from_epoch_microseconds('cast(event_timestamp as bigint)') }}
        else {{ clean_timestamp('event_timestamp') }}
    end as occurred_at,
    user_id,
    user_pseudo_id,
    coalesce(session_id, {{ ga4_param('event_params', 'ga_session_id') }}) as session_id,
    coalesce(search_term, {{ ga4_param('event_params', 'search_term') }}) as search_term,
    coalesce(category, {{ ga4_param('event_params', 'item_category') }}) as category,
    coalesce(transaction_id, {{ ga4_param('event_params', 'transaction_id') }}) as transaction_id,
    device_type,
    item_id,
    {{ json_rows('items', ['item_id']) }} as items
from {{ ref('ga4_table_events') }}
