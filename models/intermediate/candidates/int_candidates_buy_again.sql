-- Due by the item's own repurchase interval: what was bought more often, or is of a kind that people buy again, rises
-- until one interval has passed and sinks after. A durable bought once is never due: what fewer than this share of its
-- buyers buy again.
{% set repeat_share_min = 0.1 %}

with history as (

    select * from {{ ref('int_user_item_purchases') }}

),

items as (

    select * from {{ ref('int_item_repurchases') }}

),

due as (

    select
        history.user_id,
        history.item_id,
        history.purchase_count,
        round(
            (history.purchase_count - 1 + items.repeat_share)
            * least(1, history.last_bought_days / items.gap_days)
            * {{ decay('history.last_bought_days', '(2 * items.gap_days)') }},
            9
        ) as raw_score
    from history
    inner join items
        on history.item_id = items.item_id
    where
        {{ strategy_is_enabled('buy_again') }}
        and items.gap_days > 0
        and (
            history.purchase_count >= 2
            or items.repeat_share >= {{ repeat_share_min }}
        )

)

select
    user_id,
    item_id,
    raw_score,
    item_id as evidence_item_id,
    cast(purchase_count as bigint) as evidence_count
from due
where raw_score > 0
qualify row_number() over (
    partition by user_id
    order by raw_score desc, purchase_count desc, item_id
) <= {{ 2 * var('candidates_per_strategy') }}
