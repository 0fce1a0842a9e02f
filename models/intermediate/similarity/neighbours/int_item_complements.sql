-- Seed complements says which kinds go together, baskets say which items: of each kind those most often in the basket
-- with the item, and its best sellers where baskets say nothing. Confidence = (baskets with both + prior × share of all
-- baskets with the complement) / (baskets with the item + prior): three baskets prove little.
with item_keys as (

    select * from {{ ref('int_item_keys') }}

),

kinds as (

    select
        item_id,
        {{ item_kind('category') }} as kind
    from {{ ref('stg_items') }}
    -- not union all: the two may have one name
    union
    select
        item_id,
        {{ item_kind('subcategory') }} as kind
    from {{ ref('stg_items') }}
    where subcategory is not null

),

rules as (

    select distinct
        {{ item_kind('kind') }} as kind,
        {{ item_kind('complement') }} as complement
    from {{ ref('complements') }}

),

support as (

    select * from {{ ref('int_item_support') }}
    where context_key = {{ context_key('bought_together') }}

),

items as (

    select distinct
        support.item_key,
        rules.complement as kind,
        support.profile_count
    from kinds
    inner join rules
        on kinds.kind = rules.kind
    inner join item_keys
        on kinds.item_id = item_keys.item_id
    inner join support
        on item_keys.item_key = support.item_key

),

complements as (

    select
        item_keys.item_key,
        kinds.kind,
        coalesce(cast(support.profile_count as double) / support.total_count, 0) as basket_share,
        row_number() over (partition by kinds.kind order by best_sellers.sales_rank) as kind_rank
    from kinds
    inner join {{ ref('int_available_items') }} as best_sellers
        on kinds.item_id = best_sellers.item_id
    inner join item_keys
        on kinds.item_id = item_keys.item_id
    left join support
        on item_keys.item_key = support.item_key
    where kinds.kind in (select rules.complement from rules)

),

pairs as (

    select
        items.item_key,
        items.kind,
        items.profile_count,
        complements.item_key as complement_key,
        complements.basket_share,
        similarities.pair_count
    from items
    inner join {{ ref('int_item_similarities') }} as similarities
        on
            items.item_key = similarities.item_key
            and similarities.context_key = {{ context_key('bought_together') }}
    inner join complements
        on
            similarities.neighbour_key = complements.item_key
            and items.kind = complements.kind
    union all
    select
        items.item_key,
        items.kind,
        items.profile_count,
        complements.item_key as complement_key,
        complements.basket_share,
        0 as pair_count
    from items
    inner join complements
        on
            items.kind = complements.kind
            and items.item_key <> complements.item_key
            and complements.kind_rank <= {{ var('complements_per_kind') }}

),

-- a best seller that baskets know stands twice in pairs, and more than one kind may lead to an item
scored as (

    select
        item_key,
        kind,
        complement_key,
        max(pair_count) as pair_count,
        round(
            (max(pair_count) + {{ var('complement_prior_baskets') }} * max(basket_share))
            / (max(profile_count) + {{ var('complement_prior_baskets') }}), 9
        ) as confidence
    from pairs
    group by item_key, kind, complement_key

),

best as (

    select * from scored
    qualify row_number() over (
        partition by item_key, kind
        order by confidence desc, pair_count desc, complement_key
    ) <= {{ var('complements_per_kind') }}

)

select
    item_key,
    complement_key,
    cast(max(pair_count) as {{ dbt.type_int() }}) as pair_count,
    max(confidence) as confidence
from best
group by item_key, complement_key
