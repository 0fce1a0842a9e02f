-- A saving needs a live offer that anybody may have and that says its discount; the largest for an item counts.
with items as (

    select
        item_id,
        item_name,
        category,
        price,
        currency
    from {{ ref('stg_items') }}

),

offers as (

    select
        offers.scope,
        max(offers.discount_share) as discount_share
    from {{ ref('int_offers') }} as offers
    inner join {{ ref('stg_offers') }} as named_offers
        on offers.offer_id = named_offers.offer_id
    where
        offers.is_live
        and offers.is_for_shown_item
        and offers.minimum_rank = 0
        and named_offers.discount_percent is not null
    group by offers.scope

),

item_scopes as (

    {% for item_id, category in [('item_id', 'null'), ('null', 'category'), ('null', 'null')] %}
        select
            item_id,
            {{ offer_scope(item_id, category) }} as scope
        from items
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

discounts as (

    select
        item_scopes.item_id,
        max(offers.discount_share) as discount_share
    from item_scopes
    inner join offers
        on item_scopes.scope = offers.scope
    group by item_scopes.item_id

),

members as (

    select
        bundles.bundle_id,
        bundles.item_id,
        items.item_name,
        items.category,
        items.currency,
        bundles.item_count,
        bundles.weakest_pair_count,
        items.price,
        cast(cast(items.price as decimal(28, 4)) * cast(discounts.discount_share as decimal(9, 6)) as decimal(18, 2))
            as saving
    from {{ ref('int_bundles') }} as bundles
    inner join items
        on bundles.item_id = items.item_id
    left join discounts
        on bundles.item_id = discounts.item_id

)

select
    bundle_id,
    item_id,
    item_name,
    category,
    currency,
    cast(item_count as integer) as item_count,
    cast(weakest_pair_count as bigint) as support_count,
    cast(row_number() over (
        partition by item_id
        order by item_count desc, weakest_pair_count desc, bundle_id
    ) as integer) as bundle_rank,
    price,
    cast(sum(price) over (partition by bundle_id) as decimal(18, 4)) as set_price,
    cast(sum(saving) over (partition by bundle_id) as decimal(18, 4)) as saving_amount
from members
