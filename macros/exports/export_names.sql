{#- The exports, models of marts/exports with a row per key, its hash, and what is to be done with it. -#}
{% macro export_names() %}
    {{ return(['esp_profiles', 'esp_events', 'catalog_feed', 'site_recommendations', 'ad_audiences', 'sms_recommendations']) }}
{% endmacro %}
