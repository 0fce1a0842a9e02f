{#-
  A category, subcategory or brand: a name that many items share, and shorter than theirs. Plain words with one blank
  between them, as most are, are left as they are at a tenth of the time.
-#}
{% macro clean_category(column) -%}
    case
        when {{ matches(column, '^[A-Za-z0-9&/,.-]+( [A-Za-z0-9&/,.-]+)*$') }} and length({{ column }}) <= 100 then {{ column }}
        else {{ clean_name(column, length=100) }}
    end
{%- endmacro %}
