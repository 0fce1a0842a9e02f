-- A pause is a refusal: it counts although its row was set aside, and as the last word if its time can't be believed.
with choices as (

    select
        event_id,
        user_id,
        substr(event_type, 11) as email_frequency,
        occurred_at as chosen_at
    from {{ ref('stg_email_events') }}
    where event_type in ('frequency_daily', 'frequency_weekly', 'frequency_monthly')
    union all
    select
        events.event_id,
        events.user_id,
        'paused' as email_frequency,
        case
            when events.occurred_at >= cast('1990-01-01' as timestamp) and events.occurred_at <= as_of.as_of
                then events.occurred_at
        end as chosen_at
    from {{ ref('typed_email_events') }} as events
    cross join {{ ref('stg_as_of') }} as as_of
    where events.event_type = 'frequency_paused'

)

select
    user_id,
    email_frequency,
    chosen_at
from choices
where user_id is not null
qualify
    row_number() over (
        partition by user_id
        order by case when chosen_at is null then 0 else 1 end, chosen_at desc, coalesce(event_id, '') desc
    ) = 1
