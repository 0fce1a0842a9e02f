with calendars as (

    select
        calendars.country_code,
        calendars.timezone,
        calendars.season,
        seasons.other_names
    from {{ ref('int_local_calendars') }} as calendars
    inner join {{ ref('seasons') }} as seasons
        on
            calendars.hemisphere = seasons.hemisphere
            and calendars.season = seasons.season

),

other_names as (

    select
        calendars.country_code,
        calendars.timezone,
        trim(split_element) as season_name
    from calendars
    {{ unnest_split('calendars.other_names', '|') }}

)

select
    country_code,
    timezone,
    season as season_name
from calendars

union all

select
    country_code,
    timezone,
    season_name
from other_names
