-- Cosine and Jaccard end at 1; lift and llr don't.
select
    context,
    item_key,
    neighbour_key,
    similarity_score
from {{ ref('int_item_similarities') }}
where
    context in (
        {% for context in ['also_viewed', 'also_bought', 'bought_together'] %}
            {{ "'" ~ context ~ "'," if similarity_metric(context) in ['cosine', 'jaccard'] }}
        {% endfor %}
        'none'
    )
    and similarity_score > 1
