{#-
  A phone number as ITU's E.164 writes it: + and 8 to 15 digits that begin with a country code. Null for what is none, or
  lacks the country code: whose number 0170 … is depends on the country.
-#}
{% macro clean_phone(column) -%}
    {%- set number = namespace(sql=clean_text(column)) -%}
    {#- +49 (0)170 is dialled without the zero -#}
    {%- for mark in ['(0)', ' ', '-', '.', '/', '(', ')'] -%}
        {%- set number.sql = "replace(" ~ number.sql ~ ", '" ~ mark ~ "', '')" -%}
    {%- endfor -%}
    case
        when {{ matches(number.sql, '^[+][1-9][0-9]{7,14}$') }} then {{ number.sql }}
        when {{ matches(number.sql, '^00[1-9][0-9]{7,14}$') }} then concat('+', substr({{ number.sql }}, 3))
    end
{%- endmacro %}
