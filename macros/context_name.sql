{#- Name of the context whose number stands in a column. -#}
{% macro context_name(key) -%}
    case {{ key }}
        {%- for context in item_contexts() %}
            when {{ loop.index }} then '{{ context }}'
        {%- endfor %}
    end
{%- endmacro %}
