-- The hour at which the user answers most emails, of those at which emails go out there. Answers count beside those of the
-- segment, and these beside everybody's (Dirichlet priors: Zhai and Lafferty 2004): one open at three in the afternoon
-- doesn't make it the user's hour.
{% set window_days = 180 %}  {#- as long as habits last -#}
{% set first_hour = 10 %}  {#- where nobody has answered yet -#}
{% set local_hour = 'cast(extract(hour from ' ~ local_time('email_events.occurred_at', "coalesce(users.timezone, 'UTC')")
    ~ ') as ' ~ dbt.type_int() ~ ')' %}
{% set user_prior, segment_prior, shop_prior = 10, 50, 10 %}  {#- answers that the wider group's shares count for -#}
-- what people answered, not machines: of one email an hour counts once
with user_answers as (

    select
        email_events.user_id,
        segments.segment,
        {{ local_hour }} as local_hour,
        count(distinct coalesce(email_events.message_id, email_events.event_id)) as answer_count
    from {{ ref('stg_email_events') }} as email_events
    inner join {{ ref('stg_users') }} as users
        on email_events.user_id = users.user_id
    inner join {{ ref('int_user_segments') }} as segments
        on email_events.user_id = segments.user_id
    cross join {{ ref('stg_as_of') }} as as_of
    where
        email_events.event_type in ('open', 'click')
        and not email_events.is_machine
        and email_events.occurred_at > {{ dbt.dateadd('day', -1 * window_days, 'as_of.as_of') }}
    group by email_events.user_id, segments.segment, {{ local_hour }}

),

-- who answered nothing is asked with all of the segment who live there and answered nothing
users as (

    select
        users.user_id,
        segments.segment,
        coalesce(users.country_code, '') as country_code,
        coalesce(users.timezone, 'UTC') as timezone,
        coalesce(answering.user_id, '') as asked_user_id
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_user_segments') }} as segments
        on users.user_id = segments.user_id
    left join (select distinct user_id from user_answers) as answering
        on users.user_id = answering.user_id

),

segment_hours as (

    select
        segments.segment,
        open_hours.local_hour,
        coalesce(sum(case when user_answers.segment = segments.segment then user_answers.answer_count end), 0)
            as segment_count,
        coalesce(sum(user_answers.answer_count), 0) as shop_count
    from (select distinct segment from users) as segments
    cross join (select distinct local_hour from {{ ref('int_send_slots') }} where closed_by is null) as open_hours
    left join user_answers
        on open_hours.local_hour = user_answers.local_hour
    group by segments.segment, open_hours.local_hour

),

shop_shares as (

    select
        *,
        sum(segment_count) over (partition by segment) as segment_total,
        (shop_count + case local_hour when {{ first_hour }} then {{ shop_prior }} else 0 end)
        / cast(sum(shop_count) over (partition by segment) + {{ shop_prior }} as double) as shop_share
    from segment_hours

),

segment_shares as (

    select
        segment,
        local_hour,
        (segment_count + {{ segment_prior }} * shop_share) / (segment_total + {{ segment_prior }}) as segment_share
    from shop_shares

),

best_hours as (

    select
        asked.*,
        open_hours.local_hour
    from (select distinct asked_user_id, segment, country_code, timezone from users) as asked
    inner join (
        select distinct country_code, timezone, local_hour
        from {{ ref('int_send_slots') }}
        where closed_by is null
    ) as open_hours
        on asked.country_code = open_hours.country_code and asked.timezone = open_hours.timezone
    inner join segment_shares
        on asked.segment = segment_shares.segment and open_hours.local_hour = segment_shares.local_hour
    left join user_answers
        on asked.asked_user_id = user_answers.user_id and open_hours.local_hour = user_answers.local_hour
    qualify row_number() over (
        partition by asked.asked_user_id, asked.segment, asked.country_code, asked.timezone
        order by
            round(coalesce(user_answers.answer_count, 0) + {{ user_prior }} * segment_shares.segment_share, 9) desc,
            open_hours.local_hour
    ) = 1

)

select
    users.user_id,
    best_hours.local_hour as best_hour
from users
inner join best_hours
    on
        users.asked_user_id = best_hours.asked_user_id
        and users.segment = best_hours.segment
        and users.country_code = best_hours.country_code
        and users.timezone = best_hours.timezone
