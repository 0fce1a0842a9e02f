{#- Text with its {placeholder} replaced by a value; null when the value is needed and missing: nothing half-said. -#}
{% macro fill_text(text, placeholder, value) -%}
    replace(
        {{ text }},
        '{{ '{' ~ placeholder ~ '}' }}',
        case when {{ text }} like '%{{ '{' ~ placeholder ~ '}' }}%' then {{ value }} else '' end
    )
{%- endmacro %}
