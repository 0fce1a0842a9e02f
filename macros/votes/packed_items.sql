{#- Items that a packed vote has room for: 24 bits. -#}
{% macro packed_items() %}
    {{ return(2 ** 24) }}
{% endmacro %}
