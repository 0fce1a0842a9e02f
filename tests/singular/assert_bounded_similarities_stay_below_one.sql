-- Cosine and Jaccard end at 1, leverage before; lift and llr don't.
select
    context_key,
    item_key,
    neighbour_key,
    similarity_score
from {{ ref('int_item_similarities') }}
where
    similarity_score > 1
    and context_key in (
        {% for context in item_contexts()[:3] if similarity_metric(context) not in ['lift', 'llr'] %}
            {{ context_key(context) }},
        {% endfor %}
        0
    )
