select
    features.user_id,
    features.item_id,
    {% for feature in ranking_features() %}
        {{ feature_position(feature) }} as {{ feature.name }},
    {% endfor %}
    features.times_bought
from {{ ref('int_candidate_features') }} as features
inner join {{ ref('int_candidate_eligibility') }} as eligibility
    on
        features.user_id = eligibility.user_id
        and features.item_id = eligibility.item_id
where eligibility.ineligible_reason is null
