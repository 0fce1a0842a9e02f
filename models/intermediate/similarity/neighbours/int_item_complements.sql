-- Seed complements says which kinds go together, baskets say which items: of each kind those most often in the basket
-- with the item, and its best sellers where baskets say nothing. Confidence = (baskets with both + prior × share of all
-- baskets with the complement) / (baskets with the item + prior): three baskets prove little.
{% set prior = 20 %} {#- baskets -#}
with rules as (

    select distinct
        {{ item_kind('kind') }} as kind,
        {{ item_kind('complement') }} as complement
    from {{ ref('complements') }}

),

kinds as (

    select
        item_keys.item_key,
        item_keys.item_number,
        item_kinds.item_id,
        item_kinds.kind,
        baskets.profile_count,
        coalesce(cast(baskets.profile_count as double) / baskets.total_count, 0) as basket_share
    from {{ ref('int_item_kinds') }} as item_kinds
    inner join {{ ref('int_item_keys') }} as item_keys
        on item_kinds.item_id = item_keys.item_id
    left join {{ ref('int_item_support') }} as baskets
        on
            item_keys.item_key = baskets.item_key
            and baskets.context_key = {{ context_key('bought_together') }}

),

-- the kinds that go with an item of any basket
wanted as (

    select distinct
        kinds.item_key,
        rules.complement as kind,
        kinds.profile_count
    from kinds
    inner join rules
        on kinds.kind = rules.kind
    where kinds.profile_count is not null

),

complements as (

    select
        kinds.*,
        row_number() over (partition by kinds.kind order by best_sellers.sales_rank) as kind_rank
    from kinds
    inner join {{ ref('int_available_items') }} as best_sellers
        on kinds.item_id = best_sellers.item_id
    where kinds.kind in (select rules.complement from rules)

),

pairs as (

    select
        item_key,
        neighbour_key as complement_key,
        pair_count
    from {{ ref('int_item_similarities') }}
    where context_key = {{ context_key('bought_together') }}
    union all
    select
        wanted.item_key,
        complements.item_key as complement_key,
        0 as pair_count
    from wanted
    inner join complements
        on
            wanted.kind = complements.kind
            and wanted.item_key <> complements.item_key
    where complements.kind_rank <= {{ constants().complements_per_kind }}

),

-- a best seller that baskets know stands twice in pairs, and more than one kind may lead to an item
scored as (

    select
        wanted.item_key,
        wanted.kind,
        complements.item_key as complement_key,
        complements.item_number,
        max(pairs.pair_count) as pair_count,
        round((
            max(pairs.pair_count) + {{ prior }} * max(complements.basket_share)
        ) / (max(wanted.profile_count) + {{ prior }}), 9) as confidence
    from pairs
    inner join wanted
        on pairs.item_key = wanted.item_key
    inner join complements
        on
            pairs.complement_key = complements.item_key
            and wanted.kind = complements.kind
    group by wanted.item_key, wanted.kind, complements.item_key, complements.item_number

),

best as (

    select * from scored
    qualify row_number() over (
        partition by item_key, kind
        order by confidence desc, pair_count desc, item_number
    ) <= {{ constants().complements_per_kind }}

)

select
    item_key,
    complement_key,
    cast(max(pair_count) as {{ dbt.type_int() }}) as pair_count,
    max(confidence) as confidence
from best
group by item_key, complement_key
