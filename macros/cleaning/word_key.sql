{#- A word whatever its case and however its parts are joined: HardBounce, hard_bounce and Hard Bounce are one. -#}
{% macro word_key(column) -%}
    nullif(translate(lower({{ clean_text(column) }}), ' _-./:', ''), '')
{%- endmacro %}
