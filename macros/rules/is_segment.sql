{#- Whether a seed's scheme and segment are ones of users.int_user_schemes, as a condition; not true for null. -#}
{% macro is_segment(scheme, segment) -%}
    case {{ scheme }}
        when 'segment' then {{ segment }} in ('new', 'browser', 'first_time_buyer', 'repeat_buyer', 'inactive')
        when 'lifecycle_stage' then {{ segment }} in ('new', 'active', 'loyal', 'lapsed')
        when 'value_tier' then {{ segment }} in ('none', 'standard', 'high_value', 'vip')
        when 'price_band' then {{ segment }} in ('budget', 'mid', 'premium', 'unknown')
        when 'engagement_tier' then {{ segment }} in ('high', 'medium', 'low', 'unknown')
        when 'rfm_group' then {{ segment }} in (
            'champions', 'loyal', 'potential_loyalist', 'recent', 'promising', 'needs_attention', 'about_to_sleep',
            'at_risk', 'cant_lose', 'hibernating', 'lost', 'no_order'
        )
    end
{%- endmacro %}
