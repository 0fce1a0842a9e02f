-- The first reason that holds a user back counts, in the order of the case.
with users as (

    select * from {{ ref('stg_users') }}

),

email_events as (

    select
        user_id,
        count(*) filter (where event_type = 'bounce' and bounce_type = 'hard') as hard_bounce_count,
        count(*) filter (where event_type = 'complaint') as complaint_count,
        count(*) filter (where event_type = 'unsubscribe') as unsubscribe_count,
        max(occurred_at) filter (where event_type = 'sent') as last_sent_at
    from {{ ref('stg_email_events') }}
    where user_id is not null
    group by user_id

),

recommended as (

    select distinct user_id
    from {{ ref('int_recommendations') }}
    where placement = 'email_digest'

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

reasons as (

    select
        users.user_id,
        users.email,
        case
            when users.email is null then 'no_valid_email'
            when coalesce(users.email_consent, '') <> 'subscribed' then 'no_consent'
            when email_events.unsubscribe_count > 0 then 'unsubscribed'
            when email_events.complaint_count > 0 then 'complained'
            when email_events.hard_bounce_count >= 2 then 'bounced'
            when users.email_frequency = 'paused' then 'paused'
            when {{ hash_share("'holdout:' || users.user_id") }} < {{ var('holdout_share') }} then 'holdout'
            when
                email_events.last_sent_at > case users.email_frequency
                    when 'monthly' then {{ dbt.dateadd('day', -30, 'as_of.as_of') }}
                    when 'weekly' then {{ dbt.dateadd('day', -7, 'as_of.as_of') }}
                    else {{ dbt.dateadd('day', -1, 'as_of.as_of') }}
                end
                then 'mailed_recently'
            when recommended.user_id is null then 'nothing_to_recommend'
        end as hold_reason
    from users
    left join email_events
        on users.user_id = email_events.user_id
    left join recommended
        on users.user_id = recommended.user_id
    cross join as_of

),

-- several accounts may share an address: one email per address and run
numbered as (

    select
        *,
        row_number() over (
            partition by email
            order by case when hold_reason is null then 0 else 1 end, user_id
        ) as account_number
    from reasons

)

select
    numbered.user_id,
    'recommendations' as trigger_type,
    'email_digest' as placement,
    case when numbered.hold_reason is null and numbered.account_number = 1 then 'send' else 'hold' end as decision,
    coalesce(
        numbered.hold_reason,
        case when numbered.account_number > 1 then 'address_already_mailed' else 'mailable' end
    ) as reason,
    as_of.as_of
from numbered
cross join as_of
