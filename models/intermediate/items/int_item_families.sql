-- A family is a parent with its variants. The parent stands for all when the shop sells it and has it; otherwise the
-- variant that is in stock and comes first. A chain is followed two steps up; a cycle ends at its smallest id.
with items as (

    select * from {{ ref('stg_items') }}

),

ancestors as (

    select
        items.item_id,
        items.is_active,
        items.stock_quantity,
        case
            when not {{ var('roll_up_variants') }} or items.parent_item_id is null then items.item_id
            when parents.parent_item_id is null then items.parent_item_id
            when parents.parent_item_id = items.item_id then least(items.item_id, items.parent_item_id)
            else parents.parent_item_id
        end as family_id
    from items
    left join items as parents
        on items.parent_item_id = parents.item_id

),

representatives as (

    select
        family_id,
        item_id as family_item_id
    from ancestors
    qualify row_number() over (
        partition by family_id
        order by
            case when is_active then 0 else 1 end,
            case when stock_quantity <= 0 then 1 else 0 end,
            case when item_id = family_id then 0 else 1 end,
            item_id
    ) = 1

)

select
    ancestors.item_id,
    ancestors.family_id,
    representatives.family_item_id
from ancestors
inner join representatives
    on ancestors.family_id = representatives.family_id
