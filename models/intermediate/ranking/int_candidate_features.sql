with proposals as (

    select
        user_id,
        item_id,
        strategy,
        raw_score,
        -- raw scores of two strategies do not compare, shares of the user's best do
        coalesce(raw_score / nullif(max(raw_score) over (partition by user_id, strategy), 0), 0) as strategy_score
    from {{ ref('int_candidates') }}

),

candidates as (

    select
        user_id,
        item_id,
        {% for strategy in ranked_strategies() %}
            coalesce(round(max(strategy_score) filter (where strategy = '{{ strategy }}'), 9), 0)
                as {{ strategy }}_score,
        {% endfor %}
        max(raw_score) filter (where strategy = 'similar_users') as similar_users_weight
    from proposals
    group by user_id, item_id

),

items as (

    select
        items.item_id,
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
    candidates.*,
    least(coalesce(bought.purchase_count, 0), 2) as times_bought,
    shopping.line_count_30d as user_lines_30d,
    shopping.last_bought_days as user_last_bought_days,
    shopping.overdue_ratio as user_overdue_ratio,
    bought.purchase_count as bought_count,
    bought.last_bought_days as bought_days,
    bought.slow_decayed_count as bought_decayed_count,
    round((bought.late_count + 300 * items.late_rate) / (bought.late_days + 300), 9) as bought_late_rate,
    -- days since the last purchase as a multiple of the usual ones, the user's pulled towards the item's
    round(bought.last_bought_days / ((bought.gap_days_sum + 2 * items.gap_days) / (bought.purchase_count + 1)), 9)
        as bought_due_ratio,
    round(cast(bought.purchase_count as double) / shopping.shopping_days, 9) as bought_share,
    user_types.last_bought_days as type_bought_days,
    user_types.purchase_count as type_bought_count,
    round(
        user_types.last_bought_days * user_types.purchase_count
        / (user_types.first_bought_days - user_types.last_bought_days + items.type_gap_days), 9
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
    on candidates.item_id = items.item_id
cross join {{ ref('stg_as_of') }} as as_of
left join {{ ref('int_user_shopping') }} as shopping
    on candidates.user_id = shopping.user_id
left join {{ ref('int_user_item_purchases') }} as bought
    on
        candidates.user_id = bought.user_id
        and candidates.item_id = bought.item_id
left join {{ ref('int_user_types') }} as user_types
    on
        candidates.user_id = user_types.user_id
        and items.item_type = user_types.item_type
left join {{ ref('int_user_categories') }} as categories
    on
        candidates.user_id = categories.user_id
        and items.category = categories.category
left join {{ ref('int_interactions') }} as interactions
    on
        candidates.user_id = interactions.user_id
        and candidates.item_id = interactions.item_id
