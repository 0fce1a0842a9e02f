-- What lists are made from: the `ranking_pool_size` best of what is due again and as many of all else, for a play may
-- hold back either; the best item of each combination of strategies, price band and leading category, for a list may
-- want it; what item rules propose; and what explore drew.
{{ config(materialized='table_in_parts', part_keys={
    'model': 'int_scored_candidates', 'key': 'user_key', 'range_size': constants().candidate_users_per_range
}) }}
{% set is_due = is_proposed_by('proposed_by', 'buy_again') %}

with candidates as (

    select
        scored.user_key,
        scored.item_key,
        scored.times_bought,
        scored.proposed_by,
        scored.purchase_probability,
        scored.score as unmixed_score,
        coalesce(cold_start.score, scored.score) as score,
        item_keys.item_number
    from {{ ref('int_scored_candidates') }} as scored
    inner join {{ ref('int_item_keys') }} as item_keys
        on scored.item_key = item_keys.item_key
    left join {{ ref('int_cold_start_scores') }} as cold_start
        on
            scored.user_key = cold_start.user_key
            and scored.item_key = cold_start.item_key
    where scored.{{ is_in_part('user_key') }}

),

-- one order for all that follows; what is known of items comes after it, for it would be sorted with them
ranked as (

    select
        *,
        row_number() over best_first as score_rank,
        -- among what is due, or among all else
        case
            when {{ is_due }} then sum(case when {{ is_due }} then 1 else 0 end) over best_first
            else row_number() over best_first - sum(case when {{ is_due }} then 1 else 0 end) over best_first
        end as due_rank
    from candidates
    window
        best_first as (
            partition by user_key order by score desc, item_number
            rows between unbounded preceding and current row
        )

),

described as (

    select
        ranked.*,
        contents.price_band,
        labels.category_number,
        labels.kind_number
    from ranked
    inner join {{ ref('int_item_labels') }} as labels
        on ranked.item_key = labels.item_key
    inner join {{ ref('int_content_items') }} as contents
        on ranked.item_key = contents.item_key

),

firsts as (

    {% for kind in ['proposed_by', 'price_band'] %}
        select
            user_key,
            min(score_rank) as best_rank
        from described
        group by user_key, {{ kind }}
        union
    {% endfor %}
    select
        user_key,
        min(score_rank) as best_rank
    from described
    group by user_key, category_number
    qualify row_number() over (partition by user_key order by best_rank) <= (
        select greatest(max(placements.items), {{ var('recommendations_per_user') }})
        from {{ ref('placements') }} as placements
    )

),

pool as (

    select
        described.user_key,
        described.item_key,
        described.item_number,
        described.category_number,
        described.price_band,
        described.times_bought,
        described.proposed_by,
        described.purchase_probability,
        described.unmixed_score,
        described.score,
        cast(row_number() over (partition by described.user_key order by described.score_rank) as {{ dbt.type_int() }})
            as pool_rank,
        described.kind_number,
        case when draws.item_key = described.item_key then draws.draw_rank end as draw_rank,
        draws.kind_count as draw_kind_count,
        draws.promising_kind_count as draw_promising_count,
        draws.is_promising as is_draw_promising,
        draws.kind_item_count as draw_item_count
    from described
    left join firsts
        on
            described.user_key = firsts.user_key
            and described.score_rank = firsts.best_rank
    left join {{ ref('int_exploration_draws') }} as draws
        on
            described.user_key = draws.user_key
            and described.kind_number = draws.kind_number
            and draws.{{ is_in_part('user_key') }}  -- else each range would read everybody's
    where
        described.due_rank <= {{ var('ranking_pool_size') }}
        or described.item_key in (
            select rules.item_key
            from {{ ref('int_item_rules') }} as rules
            where rules.is_proposed
        )
        or firsts.user_key is not null
        or draws.item_key = described.item_key

),

kinds as (

    select
        user_key,
        kind_number,
        case when min(price_band) = max(price_band) then min(price_band) end as kind_price_band
    from pool
    group by user_key, kind_number

)

select
    pool.*,
    kinds.kind_price_band
from pool
inner join kinds
    on
        pool.user_key = kinds.user_key
        and pool.kind_number = kinds.kind_number
