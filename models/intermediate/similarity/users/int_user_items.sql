-- Sorted by user: the votes of a range of users then read one stretch of the table.
with interactions as (

    select
        user_keys.user_key,
        item_keys.item_key,
        interactions.interaction_weight,
        interactions.undecayed_weight,
        case when interactions.purchase_count > 0 then interactions.last_purchased_at end as last_purchased_at,
        interactions.last_viewed_at,
        row_number() over heaviest_first as taste_rank,
        first_value(interactions.interaction_weight) over heaviest_first as highest_weight
    from {{ ref('int_interactions') }} as interactions
    inner join {{ ref('int_user_keys') }} as user_keys
        on interactions.user_id = user_keys.user_id
    inner join {{ ref('int_item_keys') }} as item_keys
        on interactions.item_id = item_keys.item_id
    window
        heaviest_first as (
            partition by user_keys.user_key
            order by interactions.interaction_weight desc, interactions.last_interaction_at desc, item_keys.item_number
        )

)

select
    user_key,
    item_key,
    cast(taste_rank as {{ dbt.type_int() }}) as taste_rank,
    coalesce(cast(round(
        cast(interaction_weight as double) * {{ vote_scale('weight') }}
        / nullif(cast(highest_weight as double), 0)
    ) as {{ dbt.type_int() }}), 0) as relative_weight,
    cast(interaction_weight as double) as interaction_weight,
    cast(undecayed_weight as double) as undecayed_weight,
    last_purchased_at,
    last_viewed_at
from interactions
order by user_key, taste_rank
