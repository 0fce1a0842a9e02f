-- One row per asked user and item that was proposed to them, with what became of it, and the numbers that say why. The
-- asked users' keys stand for {users}: numbers, so that the views make nobody else's proposals.
with eligibility as (

    select * from int_candidate_eligibility
    where user_key in ({users})

),

lists as (

    select * from int_placement_users
    where
        placement = 'email_digest'
        and user_key in ({users})

),

-- in the order of int_ranking_pool
scored as (

    select
        scored.user_key,
        scored.item_key,
        scored.purchase_probability,
        row_number() over (
            partition by scored.user_key
            order by coalesce(cold_start.score, scored.score) desc, contents.item_number
        ) as score_rank
    from int_scored_candidates as scored
    inner join int_content_items as contents
        on scored.item_key = contents.item_key
    left join int_cold_start_scores as cold_start
        on
            scored.user_key = cold_start.user_key
            and scored.item_key = cold_start.item_key
    where scored.user_key in ({users})

),

scored_counts as (

    select
        user_key,
        count(*) as candidate_count
    from scored
    group by user_key

),

pool as (

    select
        user_key,
        item_key,
        row_number() over (partition by user_key order by pool_rank) as pool_rank
    from int_ranking_pool
    where user_key in ({users})

),

withheld as (

    select * from int_withheld_candidates
    where user_key in ({users})

),

placed as (

    select
        steered.*,
        row_number() over (
            partition by steered.list_key, steered.category_number
            order by steered.primary_score desc, steered.item_number
        ) as category_place
    from int_steered_candidates as steered
    inner join lists
        on steered.list_key = lists.list_key
    where steered.user_key in ({users})

),

-- as int_contending_candidates and int_diverse_lists, which keep those alone that may be picked: said here once more
in_blocks as (

    select
        *,
        {fills_first_block} as is_primary
    from placed

),

valued as (

    select
        *,
        case when is_primary or claim_score > 0 then 0 else 1 end as lead_order,
        case when is_primary then primary_score else secondary_score end + claim_score as best_score
    from in_blocks

),

kinds as (

    select
        *,
        row_number() over (partition by list_key order by lead_order, best_score desc, item_number) as steered_rank,
        row_number() over (
            partition by list_key, kind_number order by lead_order, best_score desc, item_number
        ) as kind_item_rank
    from valued

),

untwinned as (

    select
        *,
        kind_item_rank = 1
        or category_minimum = 1
        or row_number() over (
            partition by list_key
            order by case when kind_item_rank = 1 then 0 else 1 end, lead_order, best_score desc, item_number
        ) <= list_size as is_untwinned
    from kinds

),

steered as (

    select
        *,
        row_number() over (
            partition by list_key, category_number, is_untwinned
            order by lead_order, best_score desc, item_number
        ) as category_item_rank
    from untwinned

),

diverse as (

    select
        diverse_lists.list_key,
        diverse_lists.item_key,
        diverse_lists.position
    from int_diverse_lists as diverse_lists
    inner join lists
        on diverse_lists.list_key = lists.list_key

),

shown as (

    select * from int_placement_lists
    where
        placement = 'email_digest'
        and user_key in ({users})

),

twins as (

    select
        steered.user_key,
        steered.kind_number,
        steered.item_key,
        steered.steered_rank
    from steered
    inner join shown
        on
            steered.user_key = shown.user_key
            and steered.item_key = shown.item_key
    qualify row_number() over (
        partition by steered.user_key, steered.kind_number order by steered.steered_rank
    ) = 1

)

select
    lists.user_id,
    item_keys.item_id,
    items.item_name,
    case
        when eligibility.ineligible_reason is not null then 'not_eligible'
        when shown.strategy = 'explore' then 'drawn'
        when shown.item_key is not null then 'shown'
        when scored.item_key is null then 'cut_first_stage'
        when pool.item_key is null then 'below_pool'
        when withheld.item_key is not null then 'low_stock'
        when diverse.item_key is not null then 'replaced_by_draw'
        when not steered.is_untwinned and twins.steered_rank < steered.steered_rank then 'twin'
        when pool.pool_rank <= lists.list_size and steered.steered_rank > lists.list_size then 'steered_away'
        when steered.steered_rank <= lists.list_size then 'diversity'
        else 'ranked_lower'
    end as outcome,
    eligibility.ineligible_reason,
    shown.position,
    diverse.position as diverse_position,
    scored.purchase_probability,
    scored.score_rank,
    scored_counts.candidate_count,
    pool.pool_rank,
    steered.steered_rank,
    steered.category_item_rank,
    -- what is drawn by lot stands there whatever it is worth
    case
        when shown.strategy is distinct from 'explore'
            then round(steered.best_score / nullif(steered.score, 0), 9)
    end as play_factor,
    case
        when shown.strategy is distinct from 'explore'
            then power(steered.category_discount, steered.category_item_rank - 1)
    end as category_factor,
    lists.list_size,
    twin_items.item_id as twin_item_id,
    twin_items.item_name as twin_name
from eligibility
inner join lists
    on eligibility.user_key = lists.user_key
inner join int_item_keys as item_keys
    on eligibility.item_key = item_keys.item_key
inner join stg_items as items
    on item_keys.item_id = items.item_id
left join scored
    on
        eligibility.user_key = scored.user_key
        and eligibility.item_key = scored.item_key
left join scored_counts
    on eligibility.user_key = scored_counts.user_key
left join pool
    on
        eligibility.user_key = pool.user_key
        and eligibility.item_key = pool.item_key
left join withheld
    on
        eligibility.user_key = withheld.user_key
        and eligibility.item_key = withheld.item_key
left join steered
    on
        eligibility.user_key = steered.user_key
        and eligibility.item_key = steered.item_key
left join diverse
    on
        lists.list_key = diverse.list_key
        and eligibility.item_key = diverse.item_key
left join shown
    on
        eligibility.user_key = shown.user_key
        and eligibility.item_key = shown.item_key
left join twins
    on
        steered.user_key = twins.user_key
        and steered.kind_number = twins.kind_number
left join int_item_keys as twin_keys
    on twins.item_key = twin_keys.item_key
left join stg_items as twin_items
    on twin_keys.item_id = twin_items.item_id
order by lists.user_id, scored.score_rank, item_keys.item_id
