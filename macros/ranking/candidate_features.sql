{#-
    What the ranker looks at, of rows of int_candidates: all of them, or those that were shown, when somebody asks why. A
    strategy's score is 0 where it did not propose the item. A user's own numbers are pulled towards the item's, with so
    many days on which it might have been bought late, and so many gaps between purchases.
-#}
{% macro candidate_features(proposals) -%}
{%- set late_days_prior, gap_prior = 300, 2 -%}
with candidates as (

    select
        user_key,
        item_key,
        {% for strategy in ranked_strategies() %}
            max(case when strategy_number = {{ strategy_number(strategy.name) }} then score else 0 end)
                as {{ strategy.name }}_score,
        {% endfor %}
        max(case when strategy_number = {{ strategy_number('similar_users') }} then raw_score end)
            as similar_users_weight
    from {{ proposals }}
    group by user_key, item_key

),

items as (

    select
        item_keys.item_key,
        items.category,
        repurchases.item_type,
        repurchases.repeat_share,
        repurchases.gap_days,
        repurchases.late_rate,
        repurchases.type_gap_days,
        popularity.decayed_purchase_count,
        trends.growth_ratio,
        round(
            cast(items.price as double)
            / exp(avg(cast(ln(greatest(cast(items.price as double), 0.01)) as decimal(18, 9))) over (
                partition by items.category, items.currency
            )), 6
        ) as price_ratio
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id
    left join {{ ref('int_item_repurchases') }} as repurchases
        on items.item_id = repurchases.item_id
    left join {{ ref('int_item_popularity') }} as popularity
        on items.item_id = popularity.item_id
    left join {{ ref('int_item_trends') }} as trends
        on
            items.item_id = trends.item_id
            and trends.country_code is null

)

select
    candidates.user_key,
    candidates.item_key,
    {% for strategy in ranked_strategies() %}
        candidates.{{ strategy.name }}_score,
    {% endfor %}
    candidates.similar_users_weight,
    least(coalesce(bought.purchase_count, 0), 2) as times_bought,
    shopping.line_count_30d as user_lines_30d,
    shopping.last_bought_days as user_last_bought_days,
    shopping.overdue_ratio as user_overdue_ratio,
    bought.purchase_count as bought_count,
    bought.last_bought_days as bought_days,
    bought.slow_decayed_count as bought_decayed_count,
    round((bought.late_count + {{ late_days_prior }} * items.late_rate) / (bought.late_days + {{ late_days_prior }}), 9)
        as bought_late_rate,
    round(bought.last_bought_days / (
        (bought.gap_days_sum + {{ gap_prior }} * items.gap_days) / (bought.purchase_count - 1 + {{ gap_prior }})
    ), 9) as bought_due_ratio,
    round(cast(bought.purchase_count as double) / shopping.shopping_days, 9) as bought_share,
    types.last_bought_days as type_bought_days,
    types.purchase_count as type_bought_count,
    round(
        types.last_bought_days * types.purchase_count
        / (types.first_bought_days - types.last_bought_days + items.type_gap_days), 9
    ) as type_due_ratio,
    coalesce(items.decayed_purchase_count, 0) as item_sales,
    items.growth_ratio as item_growth,
    items.gap_days as item_gap_days,
    items.repeat_share as item_repeat_share,
    items.price_ratio as item_price_ratio,
    categories.category_share,
    {{ age_in_days('interactions.last_viewed_at') }} as viewed_days
from candidates
inner join items
    on candidates.item_key = items.item_key
cross join {{ ref('stg_as_of') }} as as_of
left join {{ ref('int_user_shopping') }} as shopping
    on candidates.user_key = shopping.user_key
left join {{ ref('int_user_item_purchases') }} as bought
    on
        candidates.user_key = bought.user_key
        and candidates.item_key = bought.item_key
left join {{ ref('int_user_types') }} as types
    on
        candidates.user_key = types.user_key
        and items.item_type = types.item_type
left join {{ ref('int_user_categories') }} as categories
    on
        candidates.user_key = categories.user_key
        and items.category = categories.category
left join {{ ref('int_user_items') }} as interactions
    on
        candidates.user_key = interactions.user_key
        and candidates.item_key = interactions.item_key
{%- endmacro %}
