-- What lists are made from: the `ranking_pool_size` best of what is due again and as many of all else, for a play may
-- hold back either; the best item of each combination of strategies, price band and leading category, for a list may
-- want it; what item rules propose; and what explore drew.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_scored_candidates', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set is_due = is_proposed_by('proposed_by', 'buy_again') %}

with items as (

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

-- one order for all that follows
ranked as (

    select
        *,
        row_number() over best_first as score_rank,
        -- among what is due, or among all else
        case
            when {{ is_due }} then sum(case when {{ is_due }} then 1 else 0 end) over best_first
            else sum(case when {{ is_due }} then 0 else 1 end) over best_first
        end as due_rank
    from candidates
    window
        best_first as (
            partition by user_key order by score desc, item_number
            rows between unbounded preceding and current row
        )

),

proposed as (

    select item_key from {{ ref('int_item_rules') }}
    where is_proposed

),

categories as (

    select
        user_key,
        min(score_rank) as score_rank
    from ranked
    group by user_key, category_number

),

firsts as (

    {% for kind in ['proposed_by', 'price_band'] %}
        select
            user_key,
            min(score_rank) as score_rank
        from ranked
        group by user_key, {{ kind }}
        union
    {% endfor %}
    select
        user_key,
        score_rank
    from categories
    qualify row_number() over (partition by user_key order by score_rank) <= (
        select greatest(max(placements.items), {{ var('recommendations_per_user') }})
        from {{ ref('placements') }} as placements
    )

)

select
    ranked.user_key,
    ranked.item_key,
    ranked.item_number,
    ranked.category_number,
    ranked.price_band,
    ranked.times_bought,
    ranked.proposed_by,
    ranked.purchase_probability,
    ranked.unmixed_score,
    ranked.score,
    cast(row_number() over (partition by ranked.user_key order by ranked.score_rank) as {{ dbt.type_int() }})
        as pool_rank,
    ranked.kind_number,
    case
        when min(coalesce(ranked.price_band, '')) over each_kind = max(coalesce(ranked.price_band, '')) over each_kind
            then ranked.price_band
    end as kind_price_band,
    case when draws.item_key = ranked.item_key then draws.draw_rank end as draw_rank,
    draws.kind_count as draw_kind_count,
    draws.promising_kind_count as draw_promising_count,
    draws.is_promising as is_draw_promising,
    draws.kind_item_count as draw_item_count
from ranked
left join firsts
    on
        ranked.user_key = firsts.user_key
        and ranked.score_rank = firsts.score_rank
left join {{ ref('int_exploration_draws') }} as draws
    on
        ranked.user_key = draws.user_key
        and ranked.kind_number = draws.kind_number
        -- else each range would read everybody's
        and draws.{{ is_in_part('user_key') }}
where
    ranked.due_rank <= {{ var('ranking_pool_size') }}
    or ranked.item_key in (select proposed.item_key from proposed)
    or firsts.user_key is not null
    or draws.item_key = ranked.item_key
window each_kind as (partition by ranked.user_key, ranked.kind_number)
