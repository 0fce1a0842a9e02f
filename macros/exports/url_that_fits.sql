{#- An address that every destination of the exports takes, 2,000 bytes at most; null for a longer one: half of it leads nowhere. -#}
{% macro url_that_fits(url) -%}
    case when {{ byte_count(url) }} <= 2000 then {{ url }} end
{%- endmacro %}
