-- Lists with and without item rules, before exploration: int_diverse_lists has both, the latter with keys below 0. A
-- rule changes a list where an item that it bears on goes its way: up by a boost, down by a bury, out by an exclusion.
-- What the list loses in probability is shared equally by the rules that change it.
{% set bearings = {
    'exclude_priority': '< 0', 'factor_priority': '* (rule_factor - 1) > 0', 'pin_priority': '<> 0', 'quota_priority': '> 0'
} %}

with placed as (

    select
        lists.list_key,
        listed.item_key,
        max(pool.purchase_probability) as purchase_probability,
        -- what is in no list stands behind all that are
        coalesce(max(case when listed.list_key > 0 then listed.position end), lists.list_size + 1) as place_with,
        coalesce(max(case when listed.list_key < 0 then listed.position end), lists.list_size + 1) as place_without,
        max(case when listed.list_key > 0 then 1 else 0 end) as is_listed_with,
        max(case when listed.list_key < 0 then 1 else 0 end) as is_listed_without
    from {{ ref('int_diverse_lists') }} as listed
    inner join {{ ref('int_placement_users') }} as lists
        on abs(listed.list_key) = lists.list_key
    inner join {{ ref('int_ranking_pool') }} as pool
        on
            lists.user_key = pool.user_key
            and listed.item_key = pool.item_key
    where lists.list_key in (select ruled.list_key from {{ ref('int_ruled_candidates') }} as ruled)
    group by lists.list_key, lists.list_size, listed.item_key

),

-- the rules that bear on a list, by the items that they bear on
borne as (

    {% for priority, way in bearings.items() %}
        select
            ruled.list_key,
            ruled.{{ priority }} as priority,
            max(case when (placed.place_without - placed.place_with) {{ way }} then 1 else 0 end) as is_changed
        from {{ ref('int_ruled_candidates') }} as ruled
        left join placed
            on
                ruled.list_key = placed.list_key
                and ruled.item_key = placed.item_key
        where ruled.{{ priority }} is not null
        group by ruled.list_key, ruled.{{ priority }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

rules_of_lists as (

    select
        list_key,
        priority,
        max(is_changed) as is_changed,
        sum(max(is_changed)) over (partition by list_key) as changing_rule_count
    from borne
    group by list_key, priority

),

probabilities as (

    select
        list_key,
        sum(cast(purchase_probability * is_listed_with as decimal(18, 12))) as probability_with,
        sum(cast(purchase_probability * is_listed_without as decimal(18, 12))) as probability_without
    from placed
    group by list_key

),

-- the places of all that the rule is for
places as (

    select
        rules_of_lists.list_key,
        rules_of_lists.priority,
        sum(placed.is_listed_with) as places_with,
        sum(placed.is_listed_without) as places_without
    from rules_of_lists
    inner join {{ ref('int_item_rules') }} as rules
        on rules_of_lists.priority = rules.priority
    inner join placed
        on
            rules_of_lists.list_key = placed.list_key
            and rules.item_key = placed.item_key
    group by rules_of_lists.list_key, rules_of_lists.priority

),

effects as (

    select
        rules_of_lists.priority,
        lists.placement,
        count(*) as list_count,
        sum(rules_of_lists.is_changed) as changed_list_count,
        sum(places.places_without) as places_without,
        sum(places.places_with) as places_with,
        sum(probabilities.probability_without) as probability_without,
        sum(case
            when rules_of_lists.is_changed = 1 then cast(
                (probabilities.probability_without - probabilities.probability_with)
                / rules_of_lists.changing_rule_count as decimal(18, 12)
            )
        end) as probability_given_up
    from rules_of_lists
    inner join {{ ref('int_placement_users') }} as lists
        on rules_of_lists.list_key = lists.list_key
    inner join probabilities
        on rules_of_lists.list_key = probabilities.list_key
    left join places
        on
            rules_of_lists.list_key = places.list_key
            and rules_of_lists.priority = places.priority
    group by rules_of_lists.priority, lists.placement

)

select
    rules.rule,
    placements.placement,
    rules.action,
    rules.kind,
    rules.value,
    case
        when try_cast(rules.starts_on as date) > cast(as_of.as_of as date) then 'not_yet'
        when try_cast(rules.ends_on as date) < cast(as_of.as_of as date) then 'over'
        when rules.priority not in (select live.priority from {{ ref('int_item_rules') }} as live) then 'names_nothing'
        else 'live'
    end as state,
    coalesce(effects.list_count, 0) as list_count,
    cast(coalesce(effects.changed_list_count, 0) as bigint) as changed_list_count,
    cast(coalesce(effects.places_without, 0) as bigint) as places_without,
    cast(coalesce(effects.places_with, 0) as bigint) as places_with,
    cast(round(coalesce(effects.probability_without, 0), 6) as double) as probability_without,
    cast(round(coalesce(effects.probability_given_up, 0), 6) as double) as probability_given_up,
    as_of.as_of
from {{ ref('item_rules') }} as rules
inner join {{ ref('placements') }} as placements
    on coalesce(rules.placement, placements.placement) = placements.placement
cross join {{ ref('stg_as_of') }} as as_of
left join effects
    on
        rules.priority = effects.priority
        and placements.placement = effects.placement
