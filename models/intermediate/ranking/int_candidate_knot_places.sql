select
    features.user_key,
    features.item_key,
    {% for feature in ranking_features() %}
        {{ knot_place(feature) }} as {{ feature.name }},
    {% endfor %}
    features.times_bought
from {{ ref('int_candidate_features') }} as features
inner join {{ ref('int_candidate_eligibility') }} as eligibility
    on
        features.user_key = eligibility.user_key
        and features.item_key = eligibility.item_key
where eligibility.ineligible_reason is null
