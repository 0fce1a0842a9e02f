-- Each strategy's score as a share of the user's best score in it, 0 where the strategy did not propose the item.
with candidates as (

    select
        *,
        raw_score / nullif(max(raw_score) over (partition by user_id, strategy), 0) as strategy_score
    from {{ ref('int_candidates') }}

)

select
    user_id,
    item_id,
    round(coalesce(max(strategy_score) filter (where strategy = 'also_bought'), 0), 9) as also_bought_score,
    round(coalesce(max(strategy_score) filter (where strategy = 'buy_again'), 0), 9) as buy_again_score,
    round(coalesce(max(strategy_score) filter (where strategy = 'best_sellers'), 0), 9) as best_sellers_score
from candidates
group by user_id, item_id
