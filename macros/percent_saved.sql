{#- "Save 23%": the reduction from list_price to price, rounded down, so that no badge promises too much. -#}
{% macro percent_saved(price, list_price) -%}
    'Save ' || cast(cast(floor(100 - 100 * {{ price }} / {{ list_price }}) as {{ dbt.type_int() }}) as {{ dbt.type_string() }}) || '%'
{%- endmacro %}
