-- Strategies propose by id, votes by key; from here on a candidate is two numbers.
{% set voted, own = [], [] %}
{% for strategy in strategies() %}
    {% do (voted if strategy.votes else own).append(strategy) %}
{% endfor %}

with proposals as (

    {% for strategy in own %}
        select
            user_id,
            item_id,
            '{{ strategy.name }}' as strategy,
            raw_score,
            evidence_item_id,
            evidence_count
        from {{ ref('int_candidates_' ~ strategy.name) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

)

{% for model in voted | map(attribute='votes') | unique %}
    select
        user_key,
        item_key,
        strategy,
        raw_score,
        evidence_key,
        evidence_count
    from {{ ref(model) }}
    union all
{% endfor %}
select
    user_keys.user_key,
    item_keys.item_key,
    proposals.strategy,
    cast(proposals.raw_score as double) as raw_score,
    evidence_items.item_key as evidence_key,
    cast(proposals.evidence_count as {{ dbt.type_int() }}) as evidence_count
from proposals
inner join {{ ref('int_user_keys') }} as user_keys
    on proposals.user_id = user_keys.user_id
inner join item_keys
    on proposals.item_id = item_keys.item_id
left join item_keys as evidence_items
    on proposals.evidence_item_id = evidence_items.item_id
