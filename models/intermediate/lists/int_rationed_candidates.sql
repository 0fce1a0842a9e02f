-- An item whose tracked stock is smaller than what its send may be expected to sell, the sum of the purchase
-- probabilities of those it would be shown to, goes to the best matches first. One pass: what moves up in its place is
-- not rationed again. Each step reads only what the one before found scarce.
{% set servable = 'items.stock_quantity * ' ~ var('stock_share_per_send') %}

with tracked as (

    select
        items.item_id,
        {{ servable }} as servable_units
    from {{ ref('stg_items') }} as items
    where items.stock_quantity is not null

),

-- shown to all who might be shown it, it would not suffice
questionable as (

    select
        tracked.item_id,
        tracked.servable_units
    from tracked
    inner join {{ ref('int_scored_candidates') }} as scored
        on tracked.item_id = scored.item_id
    group by tracked.item_id, tracked.servable_units
    having sum(cast(scored.purchase_probability as decimal(18, 12))) > tracked.servable_units

),

concerned as (

    select distinct scored.user_id
    from {{ ref('int_scored_candidates') }} as scored
    inner join questionable
        on scored.item_id = questionable.item_id

),

shown as (

    select
        ramped.user_id,
        ramped.item_id,
        ramped.purchase_probability
    from {{ ref('int_ramped_candidates') }} as ramped
    inner join concerned
        on ramped.user_id = concerned.user_id
    qualify row_number() over (
        partition by ramped.user_id
        order by ramped.score desc, ramped.item_id
    ) <= {{ var('recommendations_per_user') }}

),

scarce as (

    select
        questionable.item_id,
        questionable.servable_units
    from questionable
    inner join shown
        on questionable.item_id = shown.item_id
    group by questionable.item_id, questionable.servable_units
    having sum(cast(shown.purchase_probability as decimal(18, 12))) > questionable.servable_units

),

-- who would not be shown it comes last, or the stock would go to those that move up
queued as (

    select
        ramped.user_id,
        ramped.item_id,
        scarce.servable_units,
        sum(cast(ramped.purchase_probability as decimal(18, 12))) over (
            partition by ramped.item_id
            order by case when shown.item_id is not null then 0 else 1 end, ramped.score desc, ramped.user_id
            rows between unbounded preceding and current row
        ) as expected_units
    from {{ ref('int_ramped_candidates') }} as ramped
    inner join scarce
        on ramped.item_id = scarce.item_id
    left join shown
        on
            ramped.user_id = shown.user_id
            and ramped.item_id = shown.item_id

),

beyond_stock as (

    select
        user_id,
        item_id,
        count(*) over (partition by user_id) as item_count
    from queued
    where expected_units > servable_units

),

pools as (

    select
        scored.user_id,
        count(*) as item_count
    from {{ ref('int_scored_candidates') }} as scored
    inner join concerned
        on scored.user_id = concerned.user_id
    group by scored.user_id

)

-- a full list comes before the stock
select
    beyond_stock.user_id,
    beyond_stock.item_id
from beyond_stock
inner join pools
    on beyond_stock.user_id = pools.user_id
where pools.item_count - beyond_stock.item_count >= {{ var('recommendations_per_user') }}
