-- An item that few have bought or seen still needs its list: first what its nearest context knows, then what sells
-- best in its category, then what sells best, all in the item's currency. Baskets take the last alone: look-alikes are
-- no complements, and what all buy foretells a basket better (docs/benchmarks_baskets.md). An upgrade is filled with
-- nothing that is not dearer.
{% set list_min = var('item_recommendations_min') %}
{% set looked_at = [context_key('also_viewed'), context_key('also_bought')] | join(', ') %}
{% set basket, upgrade = context_key('bought_together'), context_key('upgrade') %}
with items as (

    select
        content_items.*,
        best_sellers.currency_rank,
        best_sellers.category_rank,
        best_sellers.price_band_rank
    from {{ ref('int_content_items') }} as content_items
    left join {{ ref('int_available_items') }} as best_sellers
        on content_items.item_id = best_sellers.item_id

),

contexts as (

    {% for context in item_contexts() %}
        select {{ context_key(context) }} as context_key {{ 'union all' if not loop.last }}
    {% endfor %}

),

short_lists as (

    select
        contexts.context_key,
        items.*
    from items
    cross join contexts
    left join {{ ref('int_item_neighbours') }} as last_ones
        on
            contexts.context_key = last_ones.context_key
            and items.item_key = last_ones.item_key
            and last_ones.list_rank = {{ list_min }}
    where last_ones.item_key is null

),

-- 0 is what stands in the list. Of best sellers one more than there are places, since the item itself may be one
proposals as (

    select
        short_lists.context_key,
        short_lists.item_key,
        neighbours.neighbour_key,
        case when short_lists.context_key = neighbours.context_key then 0 else 1 end as fallback_number,
        neighbours.list_rank as place
    from short_lists
    inner join {{ ref('int_item_neighbours') }} as neighbours
        on
            short_lists.item_key = neighbours.item_key
            and neighbours.context_key in (short_lists.context_key, {{ context_key('similar_items') }})
    where
        short_lists.context_key in (neighbours.context_key, {{ looked_at }})
        and neighbours.list_rank <= {{ list_min }}
    union all
    select
        short_lists.context_key,
        short_lists.item_key,
        items.item_key as neighbour_key,
        2 as fallback_number,
        items.category_rank as place
    from short_lists
    inner join items
        on
            short_lists.category = items.category
            and short_lists.currency = items.currency
    where
        short_lists.context_key not in ({{ basket }}, {{ upgrade }})
        and items.category_rank <= {{ list_min + 1 }}
        or short_lists.context_key = {{ upgrade }}
        and items.price_band_rank <= {{ 2 * list_min }}
        and items.price >= {{ var('upgrade_price_ratio_min') }} * short_lists.price
    union all
    select
        short_lists.context_key,
        short_lists.item_key,
        items.item_key as neighbour_key,
        3 as fallback_number,
        items.currency_rank as place
    from short_lists
    inner join items
        on short_lists.currency = items.currency
    where
        short_lists.context_key <> {{ upgrade }}
        and items.currency_rank <= {{ list_min + 1 }}

),

-- what is proposed twice counts where it comes first
distinct_proposals as (

    select
        context_key,
        item_key,
        neighbour_key,
        min(fallback_number) as fallback_number,
        min_by(place, fallback_number) as place
    from proposals
    where item_key <> neighbour_key
    group by context_key, item_key, neighbour_key

)

select
    context_key,
    item_key,
    neighbour_key,
    case fallback_number
        when 1 then 'similar_items' when 2 then 'category_best_sellers' else 'best_sellers'
    end as fallback,
    cast(row_number() over (
        partition by context_key, item_key
        order by fallback_number, place
    ) as {{ dbt.type_int() }}) as list_rank
from distinct_proposals
qualify list_rank <= {{ list_min }} and fallback_number > 0
