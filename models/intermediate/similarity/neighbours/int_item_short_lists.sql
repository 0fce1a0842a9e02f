-- next_context is what fills the list first. None for baskets: look-alikes are no complements, and what everybody buys
-- foretells a basket better than what the item's category or its buyers do (docs/benchmarks_baskets.md).
{% set list_min = var('item_recommendations_min') %}
{% set next_contexts = {
    'also_viewed': 'similar_items',
    'also_bought': 'similar_items',
    'bought_together': none,
    'similar_items': none,
    'upgrade': none
} %}

with products as (

    select
        content_items.item_id,
        content_items.category,
        items.price,
        items.currency
    from {{ ref('int_content_items') }} as content_items
    inner join {{ ref('stg_items') }} as items
        on content_items.item_id = items.item_id

),

contexts as (

    {% for context, next_context in next_contexts.items() %}
        select
            '{{ context }}' as context,
            {{ "'" ~ next_context ~ "'" if next_context else 'null' }} as next_context
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

lengths as (

    select
        context,
        item_id,
        count(*) as list_length
    from {{ ref('int_item_neighbours') }}
    group by context, item_id

)

select
    contexts.context,
    contexts.next_context,
    products.item_id,
    products.category,
    products.price,
    products.currency,
    {{ list_min }} - coalesce(lengths.list_length, 0) as missing_count
from products
cross join contexts
left join lengths
    on
        products.item_id = lengths.item_id
        and contexts.context = lengths.context
where coalesce(lengths.list_length, 0) < {{ list_min }}
