-- A view, as int_candidate_features.
{{ config(materialized='view') }}

select
    features.user_key,
    features.item_key,
    {% for feature in ranking_features() %}
        {{ knot_place(feature) }} as {{ feature.name }},
    {% endfor %}
    features.times_bought
from {{ ref('int_candidate_features') }} as features
