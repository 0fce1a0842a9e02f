-- What lists are made from: the `ranking_pool_size` best of what is due again and as many of all else, for a play may
-- hold back either; the best item of each combination of strategies, price band and leading category, for a list may
-- want it; what item rules propose; and what explore drew.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_scored_candidates', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set kinds = {
    'due': is_proposed_by('proposed_by', 'buy_again'), 'combination': 'proposed_by', 'band': 'price_band',
    'category': 'category_number'
} %}
with longest as (

    select greatest(max(items), {{ var('recommendations_per_user') }}) as list_size
    from {{ ref('placements') }}

),

items as (

    select
        item_keys.item_key,
        contents.price_band,
        contents.item_number,
        labels.kind_number,
        cast(dense_rank() over (order by items.category) as {{ dbt.type_int() }}) as category_number
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id
    inner join {{ ref('int_content_items') }} as contents
        on items.item_id = contents.item_id
    inner join {{ ref('int_item_labels') }} as labels
        on items.item_id = labels.item_id

),

candidates as (

    select
        scored.user_key,
        scored.item_key,
        scored.times_bought,
        scored.proposed_by,
        scored.purchase_probability,
        scored.score as unmixed_score,
        coalesce(cold_start.score, scored.score) as score,
        items.price_band,
        items.item_number,
        items.category_number,
        items.kind_number
    from {{ ref('int_scored_candidates') }} as scored
    inner join items
        on scored.item_key = items.item_key
    left join {{ ref('int_cold_start_scores') }} as cold_start
        on
            scored.user_key = cold_start.user_key
            and scored.item_key = cold_start.item_key
    where scored.{{ is_in_part('user_key') }}

),

ranked as (

    select
        user_key,
        item_key,
        score,
        {% for name, kind in kinds.items() %}
            row_number() over (partition by user_key, {{ kind }} order by score desc, item_number)
                as {{ name }}_rank,
        {% endfor %}
        item_number
    from candidates

),

-- of the range alone: else each range would read everybody's
draws as (

    select * from {{ ref('int_exploration_draws') }}
    where {{ is_in_part('user_key') }}

),

ruled as (

    select item_key from {{ ref('int_item_rules') }}
    where is_proposed
    group by item_key

),

wanted as (

    select ranked.*
    from ranked
    cross join longest
    left join ruled
        on ranked.item_key = ruled.item_key
    qualify
        ruled.item_key is not null
        or ranked.due_rank <= {{ var('ranking_pool_size') }}
        or 1 in (ranked.combination_rank, ranked.band_rank)
        or ranked.category_rank = 1
        and row_number() over (
            partition by ranked.user_key, ranked.category_rank order by ranked.score desc, ranked.item_number
        ) <= longest.list_size

)

select
    candidates.user_key,
    candidates.item_key,
    candidates.item_number,
    candidates.category_number,
    candidates.price_band,
    candidates.times_bought,
    candidates.proposed_by,
    candidates.purchase_probability,
    candidates.unmixed_score,
    candidates.score,
    cast(row_number() over (
        partition by candidates.user_key
        order by candidates.score desc, candidates.item_number
    ) as {{ dbt.type_int() }}) as pool_rank,
    candidates.kind_number,
    case when draws.item_key = candidates.item_key then draws.draw_rank end as draw_rank,
    draws.kind_count as draw_kind_count,
    draws.promising_kind_count as draw_promising_count,
    draws.is_promising as is_draw_promising,
    draws.kind_item_count as draw_item_count
from candidates
left join wanted
    on
        candidates.user_key = wanted.user_key
        and candidates.item_key = wanted.item_key
left join draws
    on
        candidates.user_key = draws.user_key
        and candidates.kind_number = draws.kind_number
where
    wanted.item_key is not null
    or draws.item_key = candidates.item_key
