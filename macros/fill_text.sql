{#-
  A text with its {placeholders} replaced by `values` (placeholder: SQL). Null when a value is needed and missing: nothing
  half-said. Braces of a value wait as a control character, which no text holds, until all are filled: nothing that a
  customer or shop wrote is taken for a placeholder.
-#}
{% macro fill_text(text, values) -%}
    replace({{ 'replace(' * values | length }}{{ text }}
    {%- for placeholder, value in values.items() %}
        {%- set in_braces = "'{" ~ placeholder ~ "}'" %}
        , {{ in_braces }}, case when {{ text }} like '%{{ '{' ~ placeholder ~ '}' }}%' then replace({{ value }}, '{', chr(1)) else '' end)
    {%- endfor %}
    , chr(1), '{')
{%- endmacro %}
