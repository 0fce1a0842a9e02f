-- The commonest hour and weekday; of several equally common ones the one used last. Hour and weekday are chosen apart.
with moments as (

    select
        user_id,
        extract(hour from local_hour_at) as hour_of_day,
        {{ weekday('local_hour_at') }} as weekday_number,
        local_hour_at
    from {{ ref('int_user_moments') }}

),

hours as (

    select
        user_id,
        hour_of_day,
        row_number() over (
            partition by user_id
            order by count(*) desc, max(local_hour_at) desc, hour_of_day
        ) as hour_rank
    from moments
    group by user_id, hour_of_day

),

weekdays as (

    select
        user_id,
        weekday_number,
        row_number() over (
            partition by user_id
            order by count(*) desc, max(local_hour_at) desc, weekday_number
        ) as weekday_rank
    from moments
    group by user_id, weekday_number

)

select
    hours.user_id,
    cast(hours.hour_of_day as {{ dbt.type_int() }}) as favourite_hour,
    cast(weekdays.weekday_number as {{ dbt.type_int() }}) as favourite_weekday
from hours
inner join weekdays
    on hours.user_id = weekdays.user_id
where
    hours.hour_rank = 1
    and weekdays.weekday_rank = 1
