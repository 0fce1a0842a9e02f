-- The three strongest categories and brands side by side, for tools that want one row per user.
with categories as (

    select
        user_id,
        max(case when category_rank = 1 then category end) as favourite_category,
        max(case when category_rank = 1 then category_share end) as favourite_category_share,
        concat_ws(
            '|',
            max(case when category_rank = 1 then category end),
            max(case when category_rank = 2 then category end),
            max(case when category_rank = 3 then category end)
        ) as top_categories
    from {{ ref('int_user_categories') }}
    group by user_id

),

brands as (

    select
        user_id,
        max(case when brand_rank = 1 then brand end) as favourite_brand,
        max(case when brand_rank = 1 then brand_share end) as favourite_brand_share,
        concat_ws(
            '|',
            max(case when brand_rank = 1 then brand end),
            max(case when brand_rank = 2 then brand end),
            max(case when brand_rank = 3 then brand end)
        ) as top_brands
    from {{ ref('int_user_brands') }}
    group by user_id

)

select
    categories.user_id,
    categories.favourite_category,
    categories.top_categories,
    brands.favourite_brand,
    brands.top_brands,
    categories.favourite_category_share,
    brands.favourite_brand_share
from categories
-- an item always has a category, so whoever has a brand has one
left join brands
    on categories.user_id = brands.user_id
