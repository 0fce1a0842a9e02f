{#- best_sellers fills every list, whatever is switched off -#}
{% set strategies = ['also_bought', 'buy_again', 'best_sellers'] %}
{% for strategy in strategies if strategy in var('strategies_enabled') or strategy == 'best_sellers' %}
select
    user_id,
    item_id,
    strategy,
    raw_score,
    evidence_item_id,
    evidence_count
from {{ ref('int_candidates_' ~ strategy) }}
{{ 'union all' if not loop.last }}
{% endfor %}
