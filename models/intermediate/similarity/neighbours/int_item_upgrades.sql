-- Similar, dearer, well rated. Ratings are pulled towards the mean of all, (sum + prior × mean) / (count + prior), so
-- that one happy customer makes no favourite; an item without ratings counts as an average one.
{% set prior_count = 10 %} {#- ratings -#}

with ratings as (

    select
        item_keys.item_key,
        item_keys.item_number,
        items.price,
        items.currency,
        items.rating_average,
        case when items.rating_average is null then 0 else coalesce(items.rating_count, 1) end as rating_count
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id

),

mean_rating as (

    select
        cast(sum(cast(cast(rating_average as decimal(28, 4)) * rating_count as decimal(28, 4))) as double)
        / nullif(sum(rating_count), 0) as rating
    from ratings

),

rated as (

    select
        ratings.item_key,
        ratings.item_number,
        ratings.price,
        ratings.currency,
        coalesce(
            ratings.rating_count * (cast(ratings.rating_average as double) - mean_rating.rating)
            / (ratings.rating_count + {{ prior_count }}),
            0
        ) as rating_above_mean
    from ratings
    cross join mean_rating

),

-- left join, and a filter after the ranks: inner joins may be reordered to meet all items of a price with all others
-- before similarities narrow them down
neighbours as (

    select
        similarities.item_key,
        similarities.neighbour_key,
        similarities.similarity_score,
        cast(rated.price as double) as price,
        cast(dearer.price as double) as neighbour_price,
        dearer.rating_above_mean,
        dearer.item_number as neighbour_number,
        coalesce(
            rated.currency = dearer.currency
            and dearer.price >= {{ var('upgrade_price_ratio_min') }} * rated.price
            and dearer.price <= {{ var('upgrade_price_ratio_max') }} * rated.price
            and dearer.rating_above_mean >= 0,
            false
        ) as is_upgrade
    from {{ ref('int_content_similarities') }} as similarities
    inner join rated
        on similarities.item_key = rated.item_key
    left join rated as dearer
        on similarities.neighbour_key = dearer.item_key

),

ranked as (

    select
        *,
        cast(row_number() over (
            partition by item_key
            order by
                case when is_upgrade then 0 else 1 end,
                similarity_score desc,
                rating_above_mean desc,
                neighbour_price,
                neighbour_number
        ) as {{ dbt.type_int() }}) as upgrade_rank
    from neighbours

)

select
    item_key,
    neighbour_key,
    similarity_score,
    round(neighbour_price / price, 9) as price_ratio,
    round(rating_above_mean, 9) as rating_above_mean,
    upgrade_rank
from ranked
where is_upgrade
