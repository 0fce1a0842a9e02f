{#- A schema's name in the warehouse: with var `schema_prefix`, so that `users` or `inputs` of others are not met. -#}
{% macro prefixed_schema(name) %}
    {{ return(var('schema_prefix') ~ name) }}
{% endmacro %}
