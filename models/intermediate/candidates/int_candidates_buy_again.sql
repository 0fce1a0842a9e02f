-- Due by the item's own repurchase interval: what was bought more often, or is of a kind that people buy again, rises
-- until one interval has passed and sinks after. A durable bought once is never due: what fewer than this share of its
-- buyers buy again.
{% set repeat_share_min = 0.1 %}
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with history as (

    select * from {{ ref('int_user_item_purchases') }}
    where {{ is_in_part('user_key') }}

),

items as (

    select * from {{ ref('int_item_repurchases') }}

),

due as (

    select
        history.user_key,
        history.item_key,
        item_keys.item_number,
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
    inner join {{ ref('int_item_keys') }} as item_keys
        on history.item_key = item_keys.item_key
    where
        {{ strategy_is_enabled('buy_again') }}
        and items.gap_days > 0
        and (
            history.purchase_count >= 2
            or items.repeat_share >= {{ repeat_share_min }}
        )

)

select
    user_key,
    item_key,
    raw_score,
    item_key as evidence_key,
    cast(purchase_count as {{ dbt.type_int() }}) as evidence_count
from due
where raw_score > 0
qualify
    row_number() over (
        partition by user_key
        order by raw_score desc, purchase_count desc, item_number
    ) <= {{ 2 * var('candidates_per_strategy') }}
order by user_key
