-- Anything that can be shown in a category of the user, drawn by hash and anew for each as_of, half of it new items
-- where there are some. All proposals are equal: they enter a list by its explored slots, not by their score.
with items as (

    select
        items.item_id,
        items.category,
        coalesce(
            items.published_at > {{ dbt.dateadd('day', -1 * var('new_item_days'), 'as_of.as_of') }}, false
        ) as is_new,
        {{ hash_share("concat('explore:', items.item_id, ':', cast(as_of.as_of as " ~ dbt.type_string() ~ "))") }}
            as draw
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    cross join {{ ref('stg_as_of') }} as as_of
    where availability.unavailable_reason is null

),

pools as (

    select
        item_id,
        category,
        row_number() over (partition by category, is_new order by draw, item_id) as pool_rank
    from items

),

user_categories as (

    select * from {{ ref('int_user_categories') }}
    where category_rank <= {{ constants().user_categories_max }}

)

select
    user_categories.user_id,
    pools.item_id,
    cast(1 as double) as raw_score,
    cast(null as {{ dbt.type_string() }}) as evidence_item_id,
    cast(0 as bigint) as evidence_count
from user_categories
inner join pools
    on user_categories.category = pools.category
where
    {{ var('exploration_share') }} > 0
    and pools.pool_rank <= {{ constants().category_items_max }}
