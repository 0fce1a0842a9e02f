with arrivals as (

    select
        items.item_id,
        items.category,
        items.published_at,
        row_number() over (
            partition by items.category
            order by items.published_at desc, items.item_id
        ) as arrival_rank
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    cross join {{ ref('stg_as_of') }} as as_of
    where
        availability.unavailable_reason is null
        and items.published_at > {{ dbt.dateadd('day', -1 * var('new_item_days'), 'as_of.as_of') }}

),

user_categories as (

    select * from {{ ref('int_user_categories') }}
    where category_rank <= {{ constants().user_categories_max }}

)

select
    user_categories.user_id,
    arrivals.item_id,
    user_categories.category_share / arrivals.arrival_rank as raw_score,
    cast(null as {{ dbt.type_string() }}) as evidence_item_id,
    cast({{ age_days('arrivals.published_at') }} as bigint) as evidence_count
from user_categories
inner join arrivals
    on user_categories.category = arrivals.category
cross join {{ ref('stg_as_of') }} as as_of
where
    {{ strategy_is_enabled('new_arrivals') }}
    and arrivals.arrival_rank <= {{ constants().category_items_max }}
