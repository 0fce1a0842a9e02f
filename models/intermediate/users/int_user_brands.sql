with weights as (

    select
        interactions.user_id,
        items.brand,
        sum(interactions.interaction_weight) as brand_weight
    from {{ ref('int_interactions') }} as interactions
    inner join {{ ref('stg_items') }} as items
        on interactions.item_id = items.item_id
    where
        interactions.interaction_weight > 0
        and items.brand is not null
    group by interactions.user_id, items.brand

)

select
    user_id,
    brand,
    round(
        cast(brand_weight as double) / cast(sum(brand_weight) over (partition by user_id) as double), 9
    ) as brand_share,
    row_number() over (partition by user_id order by brand_weight desc, brand) as brand_rank
from weights
