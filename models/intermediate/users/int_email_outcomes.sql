-- Read before any row is set aside: a refusal counts without an event id, without a time, or with an impossible one.
-- Only what was mailed needs a time until as_of, since the next email is counted from it.
{% set addressees_max = 5 %}  {#- users of one message, such as a household; more are a campaign with one id for all -#}

with email_events as (

    select
        events.user_id,
        events.message_id,
        case
            when events.event_type in ('sent', 'delivered') then 'mailed'
            when events.event_type = 'unsubscribe' then 'unsubscribed'
            when events.event_type = 'complaint' then 'complained'
            when events.event_type = 'bounce' and coalesce(events.bounce_type, 'unknown') <> 'soft' then 'bounced'
            when events.is_like_a_refusal then 'unknown_event'
        end as outcome,
        case when events.occurred_at >= cast('1990-01-01' as timestamp) then events.occurred_at end as happened_at
    from {{ ref('typed_email_events') }} as events
    union all
    -- a sender that hands in its log, and no event of what it sent
    select
        user_id,
        message_id,
        'mailed' as outcome,
        sent_at as happened_at
    from {{ ref('stg_send_log') }}
    where sent_at is not null

),

known_users as (

    select distinct user_id
    from {{ ref('checked_users') }}
    where user_id is not null

),

-- few rows before they meet the addressees of their messages
outcomes as (

    select
        email_events.outcome,
        email_events.message_id,
        email_events.user_id,
        known_users.user_id is not null as names_a_known_user,
        max(email_events.happened_at) as happened_at,
        count(*) - count(email_events.happened_at) as timeless_count
    from email_events
    cross join {{ ref('stg_as_of') }} as as_of
    left join known_users
        on email_events.user_id = known_users.user_id
    where
        email_events.outcome is not null
        and (email_events.outcome <> 'mailed' or email_events.happened_at <= as_of.as_of)
    group by
        email_events.outcome, email_events.message_id, email_events.user_id, known_users.user_id is not null

),

-- one of a campaign said no, and nothing says who: that holds nobody, and is reported
of_users as (

    select
        outcomes.outcome,
        outcomes.message_id,
        coalesce(addressees.user_id, outcomes.user_id) as user_id,
        outcomes.happened_at,
        outcomes.timeless_count
    from outcomes
    left join {{ ref('int_message_addressees') }} as addressees
        on
            outcomes.message_id = addressees.message_id
            and not outcomes.names_a_known_user
            and addressees.addressee_count <= {{ addressees_max }}

)

select
    outcome,
    message_id,
    user_id,
    -- the latest, and none when one of the events tells none
    case when sum(timeless_count) = 0 then max(happened_at) end as happened_at
from of_users
group by outcome, message_id, user_id
