-- The same moment is another day, season and holiday elsewhere: dates are those of the users' own time zones. Who
-- names no country is taken to be northern, as most people are.
with places as (

    select distinct
        country_code,
        timezone
    from {{ ref('stg_users') }}

),

dated as (

    select
        places.country_code,
        places.timezone,
        case when southern_countries.country_code is null then 'north' else 'south' end as hemisphere,
        cast({{ local_time('as_of.as_of', "coalesce(places.timezone, 'UTC')") }} as date) as local_date
    from places
    cross join {{ ref('stg_as_of') }} as as_of
    left join {{ ref('southern_countries') }} as southern_countries
        on places.country_code = southern_countries.country_code

),

-- month and day as one number, 0229 for the end of February
coded as (

    select
        *,
        100 * extract(month from local_date) + extract(day from local_date) as day_code
    from dated

),

seasonal as (

    select
        coded.country_code,
        coded.timezone,
        coded.hemisphere,
        coded.local_date,
        seasons.season,
        seasons.other_names
    from coded
    left join {{ ref('seasons') }} as seasons
        on
            coded.hemisphere = seasons.hemisphere
            and case
                when 100 * seasons.start_month + seasons.start_day <= 100 * seasons.end_month + seasons.end_day
                    then
                        coded.day_code between 100 * seasons.start_month + seasons.start_day
                        and 100 * seasons.end_month + seasons.end_day
                -- over the turn of the year
                else
                    coded.day_code >= 100 * seasons.start_month + seasons.start_day
                    or coded.day_code <= 100 * seasons.end_month + seasons.end_day
            end

),

festive as (

    select
        seasonal.country_code,
        seasonal.timezone,
        seasonal.hemisphere,
        seasonal.season,
        seasonal.other_names,
        holidays.holiday,
        seasonal.local_date,
        holidays.holiday_date
    from seasonal
    left join {{ ref('int_holidays') }} as holidays
        on
            (
                holidays.country_codes is null
                or holidays.country_codes like concat('%', seasonal.country_code, '%')
            )
            and seasonal.local_date between holidays.lead_start_date and holidays.holiday_date
    -- the nearest holiday; on one day the country's own before the world's
    qualify row_number() over (
        partition by seasonal.country_code, seasonal.timezone
        order by
            holidays.holiday_date,
            case when holidays.country_codes is null then 1 else 0 end,
            holidays.holiday,
            seasonal.season
    ) = 1

)

select
    country_code,
    timezone,
    hemisphere,
    season,
    concat_ws('|', season, other_names) as season_names,
    holiday,
    {{ days_between('local_date', 'holiday_date') }} as days_until_holiday,
    local_date,
    holiday_date
from festive
