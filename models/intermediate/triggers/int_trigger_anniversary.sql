-- The latest anniversary of the first order of which anything was kept, on its day of the year: 28 February for 29.
with first_orders as (

    select
        user_id,
        min(ordered_at) as first_ordered_at
    from {{ ref('int_purchases') }}
    where user_id is not null
    group by user_id

),

-- this year's, and last year's where this year's is yet to come
anniversaries as (

    {% for years_back in [0, 1] %}
        select
            first_orders.user_id,
            {{ dbt.dateadd(
                'year',
                'extract(year from as_of.as_of) - extract(year from first_orders.first_ordered_at) - ' ~ years_back,
                'first_orders.first_ordered_at'
            ) }} as happened_at
        from first_orders
        cross join {{ ref('stg_as_of') }} as as_of
        where extract(year from as_of.as_of) - {{ years_back }} > extract(year from first_orders.first_ordered_at)
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    anniversaries.user_id,
    cast(extract(year from anniversaries.happened_at) as {{ dbt.type_string() }}) as occasion,
    anniversaries.happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from anniversaries
cross join {{ ref('stg_as_of') }} as as_of
where anniversaries.happened_at <= as_of.as_of
qualify row_number() over (partition by anniversaries.user_id order by anniversaries.happened_at desc) = 1
