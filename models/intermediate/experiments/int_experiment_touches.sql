{{ config(materialized='view') }}

with queued as (

    select distinct
        queued_messages.message_id,
        queued_messages.user_id,
        queued_messages.trigger_type,
        triggers.placement
    from {{ ref('stg_queued_messages') }} as queued_messages
    inner join {{ ref('triggers') }} as triggers
        on queued_messages.trigger_type = triggers.trigger_type

)

select
    'email' as channel,
    messages.message_id,
    messages.user_id,
    queued.placement,
    queued.trigger_type,
    coalesce(messages.sent_at, messages.first_told_at) as touched_at,
    {% for happened_at, name in {
        'opened_at': 'is_opened', 'clicked_at': 'is_clicked',
        'unsubscribed_at': 'is_unsubscribed', 'complained_at': 'is_complained'
    }.items() %}
        case when messages.{{ happened_at }} is null then 0 else 1 end as {{ name }},
    {% endfor %}
    messages.clicked_at
from {{ ref('int_message_fates') }} as messages
left join queued
    on
        messages.message_id = queued.message_id
        and messages.user_id = queued.user_id
where messages.is_delivered
union all
select
    'site' as channel,
    null as message_id,
    user_id,
    context as placement,
    null as trigger_type,
    occurred_at as touched_at,
    0 as is_opened,
    case when is_clicked then 1 else 0 end as is_clicked,
    0 as is_unsubscribed,
    0 as is_complained,
    null as clicked_at
from {{ ref('stg_context_impressions') }}
where user_id is not null
