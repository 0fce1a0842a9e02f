-- Each strategy's score as a share of the user's best score in it: raw scores of two strategies do not compare.
select
    user_id,
    item_id,
    strategy,
    round(
        coalesce(raw_score / nullif(max(raw_score) over (partition by user_id, strategy), 0), 0), 9
    ) as strategy_score
from {{ ref('int_candidates') }}
