-- Each day of each hemisphere lies in exactly one season: an item in season must not depend on which row comes first.
with months as (

    {% for days in [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
        select
            {{ loop.index }} as month_number,
            {{ days }} as day_count
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

month_days as (

    {% for day in range(1, 32) %}
        select
            100 * month_number + {{ day }} as day_code
        from months
        where day_count >= {{ day }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

seasons as (

    select
        hemisphere,
        season,
        100 * start_month + start_day as start_code,
        100 * end_month + end_day as end_code
    from {{ ref('seasons') }}

),

hemispheres as (

    select 'north' as hemisphere
    union all
    select 'south' as hemisphere

)

select
    hemispheres.hemisphere,
    month_days.day_code,
    count(seasons.season) as season_count
from hemispheres
cross join month_days
left join seasons
    on
        hemispheres.hemisphere = seasons.hemisphere
        and case
            when seasons.start_code <= seasons.end_code
                then month_days.day_code between seasons.start_code and seasons.end_code
            else month_days.day_code >= seasons.start_code or month_days.day_code <= seasons.end_code
        end
group by hemispheres.hemisphere, month_days.day_code
having count(seasons.season) <> 1
