{#-
    A strategy as a number: its place in macro strategies from 1, so that 1 explains before 2. Of all proposals a shop has
    hundreds of millions: numbers are compared and stored faster than names.
-#}
{% macro strategy_number(strategy) -%}
    cast({{ strategy_names().index(strategy) + 1 }} as smallint)
{%- endmacro %}
