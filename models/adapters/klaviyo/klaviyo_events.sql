{{ config(enabled='klaviyo' in var('sources')) }}

select
    events.event_id,
    coalesce(events.type, metrics.name) as metric,
    lower(coalesce(events.type, metrics.name)) as metric_key,
    events.person_id,
    coalesce(events.flow_message_id, events.campaign_id) || ':' || events.person_id as message_id,
    events.product_id,
    lower(events.bounce_type) as bounce_type,
    {{ clean_timestamp('events.occurred_at') }} as occurred_at
from {{ ref('klaviyo_table_events') }} as events
left join {{ ref('klaviyo_table_metrics') }} as metrics
    on events.metric_id = metrics.metric_id
where not coalesce({{ clean_boolean('events.is_deleted') }}, false)
