{% set strategies = [
    'also_viewed', 'also_bought', 'bought_together', 'similar_items', 'upgrade', 'similar_users', 'buy_again',
    'recently_viewed', 'left_in_cart', 'trending', 'trending_in_category', 'new_arrivals', 'on_offer', 'best_sellers',
    'explore'
] %}

with all_candidates as (

    {% for strategy in strategies %}
        select * from {{ ref('int_candidates_' ~ strategy) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    user_id,
    item_id,
    strategy,
    raw_score,
    evidence_item_id,
    evidence_count
from all_candidates
