-- Moments are counted in UTC and looked at on the reader's clock: the hour that a change of the clock skips is no
-- moment, and of the one that comes twice the first will do.
with places as (

    select distinct
        coalesce(country_code, '') as country_code,
        coalesce(timezone, 'UTC') as timezone
    from {{ ref('stg_users') }}

),

hours as (

    select hours.hour_number
    from (
        values
        {% for hour in range(constants().send_hours_ahead) %}
            ({{ hour }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as hours (hour_number)

),

moments as (

    select
        case
            when hours.hour_number = 0 then as_of.as_of
            else {{ dbt.dateadd('hour', 'hours.hour_number', dbt.date_trunc('hour', 'as_of.as_of')) }}
        end as send_at
    from {{ ref('stg_as_of') }} as as_of
    cross join hours

),

local_moments as (

    select
        places.country_code,
        places.timezone,
        moments.send_at,
        {{ local_time('moments.send_at', 'places.timezone') }} as local_at
    from places
    cross join moments

),

dated as (

    select
        country_code,
        timezone,
        send_at,
        cast(local_at as date) as local_date,
        {{ weekday('local_at') }} as local_weekday,
        cast(extract(hour from local_at) as {{ dbt.type_int() }}) as local_hour
    from local_moments

),

blackouts as (

    select
        country_codes,
        holiday_date
    from {{ ref('int_holidays') }}
    where is_blackout

),

blackout_days as (

    select distinct
        dated.country_code,
        dated.local_date
    from dated
    inner join blackouts
        on
            dated.local_date = blackouts.holiday_date
            and (
                blackouts.country_codes is null
                or concat('|', blackouts.country_codes, '|') like concat('%|', dated.country_code, '|%')
            )

)

select
    dated.country_code,
    dated.timezone,
    dated.send_at,
    dated.local_date,
    dated.local_hour,
    case
        when blackout_days.local_date is not null then 'blackout_day'
        when
            dated.local_hour >= coalesce(own_hours.from_hour, all_hours.from_hour)
            and dated.local_hour < coalesce(own_hours.until_hour, all_hours.until_hour)
            then null
        else 'quiet_hours'
    end as closed_by
from dated
left join blackout_days
    on
        dated.country_code = blackout_days.country_code
        and dated.local_date = blackout_days.local_date
left join {{ ref('sending_hours') }} as own_hours
    on
        dated.country_code = own_hours.country_code
        and dated.local_weekday = own_hours.weekday
left join {{ ref('sending_hours') }} as all_hours
    on
        all_hours.country_code is null
        and dated.local_weekday = all_hours.weekday
