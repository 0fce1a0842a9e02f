-- The hour at which the user answers most emails, of those at which emails go out there. Answers count beside those of
-- the segment, and these beside everybody's (Dirichlet priors: Zhai and Lafferty 2004): one open at three in the
-- afternoon doesn't make it the user's hour.
{% set first_hour = 10 %}  {#- where nobody has answered yet -#}
{% set user_prior, segment_prior, shop_prior = 10, 50, 10 %}  {#- answers that the wider group's shares count for -#}
with answers as (

    select
        answers.*,
        segments.segment
    from {{ ref('int_user_answers') }} as answers
    inner join {{ ref('int_user_segments') }} as segments
        on answers.user_id = segments.user_id

),

answering as (

    select distinct user_id from answers

),

-- who answered nothing is asked together with all of the segment who live there and answered nothing
users as (

    select
        users.user_id,
        coalesce(answering.user_id, '') as asked_user_id,
        segments.segment,
        coalesce(users.country_code, '') as country_code,
        coalesce(users.timezone, 'UTC') as timezone
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_user_segments') }} as segments
        on users.user_id = segments.user_id
    left join answering
        on users.user_id = answering.user_id

),

asked as (

    select distinct
        users.asked_user_id,
        users.segment,
        users.country_code,
        users.timezone,
        slots.local_hour
    from users
    inner join {{ ref('int_send_slots') }} as slots
        on
            users.country_code = slots.country_code
            and users.timezone = slots.timezone
    where slots.closed_by is null

),

open_hours as (

    select distinct
        segment,
        local_hour
    from asked

),

segment_hours as (

    select
        open_hours.segment,
        open_hours.local_hour,
        coalesce(sum(case when open_hours.segment = answers.segment then answers.answer_count end), 0)
            as segment_count,
        coalesce(sum(answers.answer_count), 0) as shop_count
    from open_hours
    left join answers
        on open_hours.local_hour = answers.local_hour
    group by open_hours.segment, open_hours.local_hour

),

shop_shares as (

    select
        *,
        (shop_count + case local_hour when {{ first_hour }} then {{ shop_prior }} else 0 end)
        / cast(sum(shop_count) over (partition by segment) + {{ shop_prior }} as double) as shop_share
    from segment_hours

),

segment_shares as (

    select
        segment,
        local_hour,
        (segment_count + {{ segment_prior }} * shop_share)
        / (sum(segment_count) over (partition by segment) + {{ segment_prior }}) as segment_share
    from shop_shares

),

best_hours as (

    select asked.*
    from asked
    inner join segment_shares
        on
            asked.segment = segment_shares.segment
            and asked.local_hour = segment_shares.local_hour
    left join answers
        on
            asked.asked_user_id = answers.user_id
            and asked.local_hour = answers.local_hour
    qualify row_number() over (
        partition by asked.asked_user_id, asked.segment, asked.country_code, asked.timezone
        order by
            round(coalesce(answers.answer_count, 0) + {{ user_prior }} * segment_shares.segment_share, 9) desc,
            asked.local_hour
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
