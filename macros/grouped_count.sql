{#- A whole number as a locale writes it (SQL): thousands set apart, from so many digits on. -#}
{% macro grouped_count(count, group_mark, grouped_from_digits) -%}
    {%- set digits = dbt.cast(count, dbt.type_string()) -%}
    {%- set length = 'length(' ~ digits ~ ')' -%}
    case
        when {{ length }} < {{ grouped_from_digits }} then {{ digits }}
        {%- for groups in range(1, 7) %}
        when {{ length }} <= {{ 3 * groups + 3 }}
            then
                concat(
                    substr({{ digits }}, 1, {{ length }} - {{ 3 * groups }})
                    {%- for group in range(groups, 0, -1) %},
                    {{ group_mark }},
                    substr({{ digits }}, {{ length }} - {{ 3 * group - 1 }}, 3)
                    {%- endfor %}
                )
        {%- endfor %}
    end
{%- endmacro %}
