-- Similar, dearer, well rated. Ratings are pulled towards the mean of all, (sum + prior × mean) / (count + prior), so
-- that one happy customer makes no favourite; an item without ratings counts as an average one.
with items as (

    select * from {{ ref('stg_items') }}

),

ratings as (

    select
        item_id,
        price,
        currency,
        rating_average,
        case when rating_average is null then 0 else coalesce(rating_count, 1) end as rating_count
    from items

),

mean_rating as (

    select
        cast(sum(cast(rating_average * rating_count as decimal(18, 4))) as double)
        / nullif(sum(rating_count), 0) as rating
    from ratings

),

rated as (

    select
        ratings.item_id,
        ratings.price,
        ratings.currency,
        coalesce(
            ratings.rating_count * (cast(ratings.rating_average as double) - mean_rating.rating)
            / (ratings.rating_count + {{ var('rating_prior_count') }}),
            0
        ) as rating_above_mean
    from ratings
    cross join mean_rating

)

select
    similarities.item_id,
    similarities.neighbour_item_id,
    similarities.similarity_score,
    round(cast(dearer.price as double) / cast(rated.price as double), 9) as price_ratio,
    round(dearer.rating_above_mean, 9) as rating_above_mean,
    row_number() over (
        partition by similarities.item_id
        order by
            similarities.similarity_score desc,
            dearer.rating_above_mean desc,
            dearer.price,
            similarities.neighbour_item_id
    ) as upgrade_rank
from {{ ref('int_content_similarities') }} as similarities
inner join rated
    on similarities.item_id = rated.item_id
inner join rated as dearer
    on
        similarities.neighbour_item_id = dearer.item_id
        and rated.currency = dearer.currency
where
    dearer.price >= {{ var('upgrade_price_ratio_min') }} * rated.price
    and dearer.price <= {{ var('upgrade_price_ratio_max') }} * rated.price
    and dearer.rating_above_mean >= 0
