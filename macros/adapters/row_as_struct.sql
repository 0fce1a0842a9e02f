{#- The whole row of a relation in scope as one struct value. -#}
{% macro row_as_struct(relation_alias) -%}
    {{ return(adapter.dispatch('row_as_struct', 'recmail')(relation_alias)) }}
{%- endmacro %}


{% macro default__row_as_struct(relation_alias) -%}
    struct({{ relation_alias }}.*)
{%- endmacro %}


{% macro duckdb__row_as_struct(relation_alias) -%}
    {{ relation_alias }}
{%- endmacro %}
