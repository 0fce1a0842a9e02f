{#-
  A text with its {placeholders} replaced, in the order of `values` (placeholder: SQL): what a customer or shop wrote goes
  last, so that nothing in it is taken for a placeholder. Null when a value is needed and missing: nothing half-said.
-#}
{% macro fill_text(text, values) -%}
    {{ 'replace(' * values | length }}{{ text }}
    {%- for placeholder, value in values.items() %}
        , '{{ '{' ~ placeholder ~ '}' }}', case when {{ text }} like '%{{ '{' ~ placeholder ~ '}' }}%' then {{ value }} else '' end)
    {%- endfor %}
{%- endmacro %}
