-- A block is at most `content_block_items_max` items that share a token. The items of a commoner token are put in
-- order of their attributes, so that the most alike stand together, and cut into equal slices: cost grows with the
-- number of items, not with its square (a sorted neighbourhood, Hernández & Stolfo 1995, one per token). A token that
-- all items have tells none from another: a shop without categories has no look-alikes by its one word for all.
{% set block_items_max = constants().content_block_items_max %}
with vectors as (

    select * from {{ ref('int_content_vectors') }}

),

items as (

    select * from {{ ref('int_content_items') }}

),

placed as (

    select
        vectors.item_number,
        vectors.token_number,
        row_number() over (
            partition by vectors.token_number
            order by
                items.category,
                coalesce(items.subcategory, ''),
                items.price_band,
                coalesce(items.brand, ''),
                items.item_number
        ) - 1 as place,
        count(*) over (partition by vectors.token_number) as item_count
    from vectors
    inner join items
        on vectors.item_number = items.item_number

),

blocks as (

    select
        item_number,
        token_number,
        floor(place * ceil(item_count / cast({{ block_items_max }} as double)) / item_count) as slice
    from placed
    where item_count < (select count(*) from items)

)

select distinct
    blocks.item_number,
    others.item_number as neighbour_number
from blocks
inner join blocks as others
    on
        blocks.token_number = others.token_number
        and blocks.slice = others.slice
        and blocks.item_number < others.item_number
