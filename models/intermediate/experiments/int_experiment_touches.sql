{{ config(materialized='view') }}

with messages as (

    select * from {{ ref('int_message_fates') }}
    where is_delivered

),

queued as (

    select distinct
        message_id,
        user_id,
        trigger_type
    from {{ ref('stg_queued_messages') }}

),

-- what it was for by the sender's log, or by the run that queued it, as in int_mailed_messages
named as (

    select
        messages.*,
        coalesce(log_rows.trigger_type, queued.trigger_type) as trigger_type
    from messages
    left join {{ ref('stg_send_log') }} as log_rows
        on
            messages.message_id = log_rows.message_id
            and messages.user_id = log_rows.user_id
    left join queued
        on
            messages.message_id = queued.message_id
            and messages.user_id = queued.user_id

)

select
    'email' as channel,
    named.message_id,
    named.user_id,
    -- what another program sends for a trigger of its own shows none of our lists
    coalesce(triggers.placement, named.trigger_type) as placement,
    named.trigger_type,
    coalesce(named.sent_at, named.first_told_at) as touched_at,
    {% for happened_at, name in {
        'opened_at': 'is_opened', 'clicked_at': 'is_clicked',
        'unsubscribed_at': 'is_unsubscribed', 'complained_at': 'is_complained'
    }.items() %}
        case when named.{{ happened_at }} is null then 0 else 1 end as {{ name }},
    {% endfor %}
    named.clicked_at
from named
left join {{ ref('triggers') }} as triggers
    on named.trigger_type = triggers.trigger_type
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
