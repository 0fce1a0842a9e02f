-- The latest anniversary of the first order of which anything was kept, at the same time of day: 28 February for 29.
with first_orders as (

    select
        user_id,
        min(ordered_at) as first_ordered_at
    from {{ ref('int_purchases') }}
    where user_id is not null
    group by user_id

),

dated as (

    select
        first_orders.*,
        as_of.as_of
    from first_orders
    cross join {{ ref('stg_as_of') }} as as_of

),

aged as (

    select
        *,
        cast(extract(year from as_of) - extract(year from first_ordered_at) as {{ dbt.type_int() }}) as calendar_years
    from dated

),

-- this calendar year's, and last year's where this year's is yet to come
anniversaries as (

    {% for years_back in [0, 1] %}
        select
            user_id,
            {{ dbt.dateadd('year', 'calendar_years - ' ~ years_back, 'first_ordered_at') }} as happened_at,
            as_of
        from aged
        where calendar_years > {{ years_back }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    user_id,
    cast(cast(happened_at as date) as {{ dbt.type_string() }}) as occasion,
    happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from anniversaries
where happened_at <= as_of
qualify row_number() over (partition by user_id order by happened_at desc) = 1
