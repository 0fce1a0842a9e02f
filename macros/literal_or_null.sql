{#- A value as text in SQL, null of none. -#}
{% macro literal_or_null(value) %}
    {{ return('null' if value is none else recmail.literal(value)) }}
{% endmacro %}
