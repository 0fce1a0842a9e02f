{#- What a price saves of its list price, in percent (SQL), rounded down, so that no badge promises too much; else null. -#}
{% macro saved_percent(price, list_price) -%}
    case
        when 100 - 100 * {{ price }} / {{ list_price }} >= {{ var('saving_percent_min') }}
            then cast(floor(100 - 100 * {{ price }} / {{ list_price }}) as {{ dbt.type_int() }})
    end
{%- endmacro %}
