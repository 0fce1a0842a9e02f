{#- A count with its noun: "1 customer", "2 customers". -#}
{% macro counted(count, singular, plural) -%}
    cast({{ count }} as {{ dbt.type_string() }}) || case when {{ count }} = 1 then ' {{ singular }}' else ' {{ plural }}' end
{%- endmacro %}
