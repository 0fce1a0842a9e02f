with audiences as (

    select
        *,
        {{ target_value('kind', 'value') }} as target_value
    from {{ ref('audiences') }}

),

targets as (

    select
        audiences.audience,
        audiences.buyers,
        audiences.users_max,
        targets.item_key,
        item_keys.item_id,
        item_keys.item_number,
        items.stock_quantity
    from audiences
    inner join {{ ref('int_item_targets') }} as targets
        on
            audiences.kind = targets.kind
            and audiences.target_value = targets.value
    inner join {{ ref('int_item_keys') }} as item_keys
        on targets.item_key = item_keys.item_key
    inner join {{ ref('int_item_availability') }} as availability
        on item_keys.item_id = availability.item_id
    inner join {{ ref('stg_items') }} as items
        on item_keys.item_id = items.item_id
    where availability.unavailable_reason is null

)

select
    audience,
    buyers,
    users_max,
    item_key,
    item_id,
    item_number,
    -- where any item's stock is not tracked there is no limit
    case
        when count(*) over (partition by audience) = count(stock_quantity) over (partition by audience)
            then sum(stock_quantity) over (partition by audience) * {{ var('stock_share_per_send') }}
    end as servable_units
from targets
