-- An item whose tracked stock is smaller than what a send of the digest may be expected to sell, the sum of purchase
-- probabilities of those it would be shown to, goes to the best matches first. One pass: what moves up in its place is
-- not withheld again.
with pool as (

    select
        *,
        pool_rank <= {{ var('recommendations_per_user') }} as is_shown
    from {{ ref('int_ranking_pool') }}

),

stocks as (

    select
        item_keys.item_key,
        items.stock_quantity * {{ var('stock_share_per_send') }} as servable_units
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id
    where items.stock_quantity is not null

),

scarce as (

    select
        stocks.item_key,
        stocks.servable_units
    from stocks
    inner join pool
        on stocks.item_key = pool.item_key
    where pool.is_shown
    group by stocks.item_key, stocks.servable_units
    having sum(cast(pool.purchase_probability as decimal(18, 12))) > stocks.servable_units

),

-- who would not be shown it comes last, or the stock would go to those that move up
queued as (

    select
        pool.user_key,
        pool.item_key,
        scarce.servable_units,
        sum(cast(pool.purchase_probability as decimal(18, 12))) over (
            partition by pool.item_key
            order by case when pool.is_shown then 0 else 1 end, pool.score desc, users.user_number
            rows between unbounded preceding and current row
        ) as expected_units
    from pool
    inner join scarce
        on pool.item_key = scarce.item_key
    inner join {{ ref('int_user_keys') }} as users
        on pool.user_key = users.user_key

),

beyond_stock as (

    select
        user_key,
        item_key,
        count(*) over (partition by user_key) as item_count
    from queued
    where expected_units > servable_units

),

pool_sizes as (

    select
        user_key,
        count(*) as item_count
    from pool
    group by user_key

)

-- a full list comes before the stock
select
    beyond_stock.user_key,
    beyond_stock.item_key
from beyond_stock
inner join pool_sizes
    on beyond_stock.user_key = pool_sizes.user_key
where pool_sizes.item_count - beyond_stock.item_count >= {{ var('recommendations_per_user') }}
