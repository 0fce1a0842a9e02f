-- Item rules never touch the pool: here is what they make of it, list by list. A percentage is of a list's places: as
-- many as are whole, and one more with the probability of the rest, by hash. Lists without diversity are the pure
-- ranking, which only exclusions touch.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set is_cut = "action = 'at_most' and item_rank > amount" %}
{% set is_held = "(action = 'pin' and item_rank = 1 or action = 'at_least' and item_rank <= amount)" %}

with matched as (

    select
        lists.list_key,
        lists.user_key,
        pool.item_key,
        pool.item_number,
        pool.score,
        labels.kind_number,
        rules.priority,
        rules.action,
        case
            when rules.unit = 'percent' then ceil(cast(lists.list_size as double) * rules.amount / 100 - {{ hash_share(
                "concat('quota:', rules.rule, ':', lists.placement, ':', lists.user_id, ':', as_of.as_of)"
            ) }})
            else rules.amount
        end as amount
    from {{ ref('int_item_rules') }} as rules
    inner join {{ ref('int_ranking_pool') }} as pool
        on rules.item_key = pool.item_key
    inner join {{ ref('int_placement_users') }} as lists
        on pool.user_key = lists.user_key
    inner join {{ ref('int_item_labels') }} as labels
        on pool.item_key = labels.item_key
    left join {{ ref('int_user_schemes') }} as schemes
        on
            lists.user_id = schemes.user_id
            and rules.scheme = schemes.scheme
            and rules.segment = schemes.segment
    cross join {{ ref('stg_as_of') }} as as_of
    where
        pool.{{ is_in_part('user_key') }}
        and lists.{{ is_in_part('user_key') }}
        and not {{ is_followed(ref('int_followed_items'), 'pool', 'lists') }}
        and (rules.placement is null or rules.placement = lists.placement)
        and (rules.scheme is null or schemes.user_id is not null)
        and (lists.is_diverse or rules.action = 'exclude')
        and (lists.welcomes_repeats or pool.times_bought = 0)

),

-- what stock or another rule keeps from the list can be neither pinned nor counted
possible as (

    select
        matched.*,
        min(case when matched.action in ('pin', 'at_least') then matched.priority end) over (
            partition by matched.list_key, matched.item_key
        ) as wanted_priority,
        row_number() over (
            partition by matched.list_key, matched.priority, matched.kind_number
            order by matched.score desc, matched.item_number
        ) as kind_item_rank
    from matched
    left join {{ ref('int_withheld_candidates') }} as withheld
        on
            matched.user_key = withheld.user_key
            and matched.item_key = withheld.item_key
    where withheld.item_key is null
    qualify
        matched.action = 'exclude'
        or max(case when matched.action = 'exclude' then 1 else 0 end) over (
            partition by matched.list_key, matched.item_key
        ) = 0

),

-- the best first, and of a kind one; what a smaller priority wants fills an at_most before all others
ranked as (

    select
        *,
        row_number() over (
            partition by list_key, priority
            order by
                case when action = 'at_most' and wanted_priority < priority then wanted_priority end nulls last,
                case when kind_item_rank = 1 then 0 else 1 end,
                score desc,
                item_number
        ) as item_rank
    from possible

),

-- of several rules the smallest priority counts
decided as (

    select
        list_key,
        user_key,
        item_key,
        case
            when coalesce(min(priority) filter (where {{ is_cut }}) < min(priority) filter (where {{ is_held }}), true)
                then min(priority) filter (where action = 'exclude' or {{ is_cut }})
        end as exclude_priority,
        min(case when action in ('boost', 'bury') then priority end) as factor_priority,
        min_by(amount, priority) filter (where action in ('boost', 'bury')) as rule_factor,
        min(case when action = 'pin' and item_rank = 1 then priority end) as pin_priority,
        min_by(amount, priority) filter (where action = 'pin' and item_rank = 1) as pin_place,
        min(case when action = 'at_least' and item_rank <= amount then priority end) as quota_priority
    from ranked
    group by list_key, user_key, item_key

),

-- pins in the order of their places; two for one place take it and the next
pinned as (

    select
        *,
        case
            when exclude_priority is null and pin_place is not null
                then row_number() over (
                    partition by list_key, exclude_priority is null and pin_place is not null
                    order by pin_place, pin_priority, item_key
                )
        end as pin_number
    from decided
    where coalesce(exclude_priority, factor_priority, pin_priority, quota_priority) is not null

)

select
    list_key,
    user_key,
    item_key,
    exclude_priority,
    factor_priority,
    rule_factor,
    quota_priority,
    case when pin_number is not null then pin_priority end as pin_priority,
    pin_number,
    -- of the items that are not pinned so many come before it
    max(case when pin_number is not null then pin_place - pin_number end) over (
        partition by list_key, pin_number is not null
        order by pin_number
        rows between unbounded preceding and current row
    ) as free_before
from pinned
