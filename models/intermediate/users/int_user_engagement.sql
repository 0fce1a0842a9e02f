-- A person's opens and clicks only: mail programs fetch pictures and scanners follow links by themselves. A click
-- counts as reading too, since an open is not always seen.
{% set window_days = 90 %}  {#- a season of emails -#}
{% set emails_min = 3 %}  {#- emails received, without which nothing can be said -#}
{% set high_share, medium_share = 0.5, 0.2 %}  {#- share of them read, from which on -#}

with messages as (

    select
        user_id,
        coalesce(sent_at, first_told_at) as received_at,
        coalesce(opened_at, clicked_at) is not null as was_read,
        clicked_at is not null as was_clicked
    from {{ ref('int_message_fates') }}
    where
        is_delivered
        -- an opt-out or a complaint alone does not say that it was received now
        and (
            coalesce(sent_at, opened_at, clicked_at) is not null
            or machine_open_count + scanner_click_count > 0
        )
    union all
    -- of an ESP that names no messages each event is taken for one
    select
        user_id,
        occurred_at as received_at,
        event_type in ('open', 'click') and not is_machine as was_read,
        event_type = 'click' and not is_machine as was_clicked
    from {{ ref('int_email_events') }}
    where
        message_id is null
        and user_id is not null
        and event_type in ('sent', 'delivered', 'open', 'click')

),

per_user as (

    select
        messages.user_id,
        count(*) as email_count,
        count(case when messages.was_read then 1 end) as read_email_count,
        count(case when messages.was_clicked then 1 end) as clicked_email_count
    from messages
    cross join {{ ref('stg_as_of') }} as as_of
    where messages.received_at > {{ dbt.dateadd('day', -1 * window_days, 'as_of.as_of') }}
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
