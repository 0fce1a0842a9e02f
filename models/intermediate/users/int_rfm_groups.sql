-- Of the rules in seed rfm_groups that a triple fits, the one with the smallest priority names it.
with scores as (

    {% for score in range(1, 6) %}
        select {{ score }} as score
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

triples as (

    select
        recencies.score as recency_score,
        frequencies.score as frequency_score,
        monetaries.score as monetary_score
    from scores as recencies
    cross join scores as frequencies
    cross join scores as monetaries

)

select
    rules.rfm_group,
    triples.recency_score,
    triples.frequency_score,
    triples.monetary_score,
    rules.priority
from triples
inner join {{ ref('rfm_groups') }} as rules
    on
        triples.recency_score between rules.recency_min and rules.recency_max
        and triples.frequency_score between rules.frequency_min and rules.frequency_max
        and triples.monetary_score between rules.monetary_min and rules.monetary_max
qualify row_number() over (
    partition by triples.recency_score, triples.frequency_score, triples.monetary_score
    order by rules.priority
) = 1
