-- Whether it can be shown, to whom, and what is said of it. The number in stock is no part of it, or each order would
-- change an item; what it costs the shop is one where lists are ranked by margin.
with live_offers as (

    select * from {{ ref('int_offers') }}
    where is_live

),

-- of the item, or of its category
offered as (

    select
        items.item_id,
        live_offers.offer_id,
        live_offers.discount_percent
    from {{ ref('stg_items') }} as items
    inner join live_offers
        on items.item_id = live_offers.item_id
    union all
    select
        items.item_id,
        live_offers.offer_id,
        live_offers.discount_percent
    from {{ ref('stg_items') }} as items
    inner join live_offers
        on
            lower(items.category) = lower(live_offers.category)
            and live_offers.item_id is null

),

offers as (

    select
        item_id,
        {{ hash_of_rows('offered') }} as row_hash
    from offered
    group by item_id

),

rules as (

    select
        item_key,
        {{ hash_of_rows('rule_rows') }} as row_hash
    from {{ ref('int_item_rules') }} as rule_rows  -- noqa: AL05
    group by item_key

),

items as (

    select
        items.item_id,
        items.item_name,
        labels.item_key,
        items.category,
        items.brand,
        items.tags,
        items.season,
        items.price,
        items.list_price,
        {% if var('ranking_objective') == 'margin' %}
            items.unit_cost,
        {% endif %}
        items.currency,
        labels.short_name,
        labels.is_nameable,
        availability.unavailable_reason,
        availability.is_for_reorders,
        offers.row_hash as offers_hash,
        rules.row_hash as rules_hash
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_labels') }} as labels
        on items.item_id = labels.item_id
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    left join offers
        on items.item_id = offers.item_id
    left join rules
        on labels.item_key = rules.item_key

)

select
    items.item_id,
    cast({{ hash_of_rows('items') }} as {{ dbt.type_string() }}) as item_hash,
    {{ literal(whole_build_hash()) }} as project_hash,
    max(shop_stamps.shop_hash) as shop_hash
from items
cross join {{ ref('int_shop_stamps') }} as shop_stamps
group by items.item_id
