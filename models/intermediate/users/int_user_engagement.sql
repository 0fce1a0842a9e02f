-- A person's opens and clicks only: mail programs fetch pictures and scanners follow links by themselves. A click
-- counts as reading too, since an open is not always seen.
{% set window_days = 90 %}  {#- a season of emails -#}
{% set emails_min = 3 %}  {#- emails received, without which nothing can be said -#}
{% set high_share, medium_share = 0.5, 0.2 %}  {#- share of them read, from which on -#}

with messages as (

    select
        email_events.user_id,
        coalesce(email_events.message_id, email_events.event_id) as message_id,
        max(case
            when email_events.event_type in ('open', 'click') and not email_events.is_machine then 1 else 0
        end) as was_read,
        max(case when email_events.event_type = 'click' and not email_events.is_machine then 1 else 0 end)
            as was_clicked
    from {{ ref('int_email_events') }} as email_events
    cross join {{ ref('stg_as_of') }} as as_of
    where
        email_events.user_id is not null
        and email_events.event_type in ('sent', 'delivered', 'open', 'click')
        and email_events.occurred_at
        > {{ dbt.dateadd('day', -1 * window_days, 'as_of.as_of') }}
    group by email_events.user_id, coalesce(email_events.message_id, email_events.event_id)

),

bounced as (

    select distinct
        user_id,
        message_id
    from {{ ref('int_email_events') }}
    where event_type = 'bounce'

),

per_user as (

    select
        messages.user_id,
        count(*) as email_count,
        sum(messages.was_read) as read_email_count,
        sum(messages.was_clicked) as clicked_email_count
    from messages
    left join bounced
        on
            messages.user_id = bounced.user_id
            and messages.message_id = bounced.message_id
    where bounced.message_id is null or messages.was_read = 1
    group by messages.user_id

)

select
    user_id,
    case
        when email_count < {{ emails_min }} then 'unknown'
        when read_email_count >= {{ high_share }} * email_count then 'high'
        when read_email_count >= {{ medium_share }} * email_count then 'medium'
        else 'low'
    end as engagement_tier,
    cast(email_count as bigint) as email_count,
    cast(read_email_count as bigint) as read_email_count,
    cast(clicked_email_count as bigint) as clicked_email_count
from per_user
