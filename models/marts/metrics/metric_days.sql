-- What MetricFlow counts running sums over. From the data, not from a calendar: the days of a shop begin with its first
-- order, email or impression.
{% set days_max = 36525 %}  {#- a century, before as_of -#}

with firsts as (

    select min(cast(ordered_at as date)) as first_date
    from {{ ref('order_line_outcomes') }}
    union all
    select min(sent_date) as first_date
    from {{ ref('email_performance_daily') }}
    union all
    select min(shown_date) as first_date
    from {{ ref('recommendation_performance_daily') }}

),

span as (

    select
        min(firsts.first_date) as first_date,
        max(cast(as_of.as_of as date)) as last_date
    from {{ ref('stg_as_of') }} as as_of
    left join firsts
        on firsts.first_date is not null

),

numbers as (

    {{ dbt.generate_series(days_max) }}

),

days as (

    select
        span.first_date,
        span.last_date,
        cast(
            {{ dbt.dateadd('day', '1 - cast(numbers.generated_number as ' ~ dbt.type_int() ~ ')', 'span.last_date') }}
            as date
        ) as date_day
    from span
    cross join numbers

)

select date_day
from days
where date_day >= coalesce(first_date, last_date)
