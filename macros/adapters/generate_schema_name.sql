{#- Schema = folder name after var `schema_prefix`, without the target's own: the warehouse reads like the project. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ recmail.prefixed_schema(custom_schema_name | trim if custom_schema_name else target.schema) }}
{%- endmacro %}
