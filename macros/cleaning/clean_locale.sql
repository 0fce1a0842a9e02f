{#- A BCP 47 language tag, its parts joined by dashes; null for what is none. -#}
{% macro clean_locale(column) -%}
    case
        when {{ matches(clean_text(column), '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$') }}
            then replace({{ clean_text(column) }}, '_', '-')
    end
{%- endmacro %}
