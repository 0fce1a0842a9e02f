{#- A struct of columns under their own names; structs compare field by field, so max() of it is an arg-max with tie-breaks. -#}
{% macro ordered_struct(columns) -%}
    {{ return(adapter.dispatch('ordered_struct', 'recmail')(columns)) }}
{%- endmacro %}


{% macro default__ordered_struct(columns) -%}
    named_struct({% for column in columns %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}


{% macro duckdb__ordered_struct(columns) -%}
    struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
