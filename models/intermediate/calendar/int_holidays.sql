-- Easter by Carter's rule, which holds from 1900 to 2099: `paschal_day` counts from the last of February.
with as_of as (

    select cast(extract(year from as_of) as {{ dbt.type_int() }}) as as_of_year
    from {{ ref('stg_as_of') }}

),

years as (

    -- around New Year a user's own date may lie in the year before or after
    {% for step in [-1, 0, 1] %}
        select as_of_year + {{ step }} as calendar_year
        from as_of
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

paschal_days as (

    select
        calendar_year,
        mod(204 - 11 * mod(calendar_year, 19), 30) + 21
        - case when mod(204 - 11 * mod(calendar_year, 19), 30) + 21 > 48 then 1 else 0 end as paschal_day
    from years

),

easters as (

    select
        calendar_year,
        paschal_day + 7
        - mod(calendar_year + cast(floor(calendar_year / 4) as {{ dbt.type_int() }}) + paschal_day + 1, 7)
            as easter_day
    from paschal_days

),

month_starts as (

    select
        holidays.*,
        easters.easter_day,
        case
            when holidays.rule = 'easter' then make_date(easters.calendar_year, 3, 1)
            else make_date(easters.calendar_year, holidays.month, 1)
        end as start_date
    from {{ ref('holidays') }} as holidays
    inner join easters
        on coalesce(holidays.year, easters.calendar_year) = easters.calendar_year

),

months as (

    select
        *,
        {{ weekday('start_date') }} as start_weekday,
        {{ dbt.last_day('start_date', 'month') }} as end_date
    from month_starts

),

days as (

    select
        holiday,
        country_codes,
        lead_days,
        is_blackout,
        start_date,
        offset_days - 1 + case
            when rule = 'easter' then easter_day
            when rule = 'date' then day
            when nth > 0 then 1 + mod(weekday - start_weekday + 7, 7) + 7 * (nth - 1)
            else extract(day from end_date) - mod({{ weekday('end_date') }} - weekday + 7, 7)
        end as days_later
    from months

),

dates as (

    select
        holiday,
        country_codes,
        lead_days,
        is_blackout,
        cast({{ dbt.dateadd('day', 'days_later', 'start_date') }} as date) as holiday_date
    from days

)

select
    holiday,
    country_codes,
    cast({{ dbt.dateadd('day', '-1 * lead_days', 'holiday_date') }} as date) as lead_start_date,
    holiday_date,
    is_blackout
from dates
