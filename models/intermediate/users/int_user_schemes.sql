{% set schemes = ['segment', 'lifecycle_stage', 'value_tier', 'rfm_group', 'price_band', 'engagement_tier'] %}

{% for scheme in schemes %}
    select
        user_id,
        '{{ scheme }}' as scheme,
        {{ scheme }} as segment
    from {{ ref('int_user_features') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
