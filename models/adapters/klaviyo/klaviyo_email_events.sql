-- Under Klaviyo's names, which seed email_event_synonyms knows; text messages are left out.
{{ config(enabled='klaviyo' in var('sources')) }}

select
    concat('klaviyo:', event_id) as event_id,
    metric as event_type,
    occurred_at,
    person_id as user_id,
    message_id,
    cast(null as {{ dbt.type_string() }}) as item_id,
    bounce_type,
    cast(null as boolean) as is_machine
from {{ ref('klaviyo_events') }}
where
    (metric_key like '%email%' or metric_key like 'unsubscribed%')
    and metric_key not like '%sms%'
    and metric_key not in ('subscribed to email marketing', 'updated email preferences', 'dropped email')
