with all_candidates as (

    {% for strategy in ranked_strategies().keys() | list + ['explore'] %}
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
