{#- An https address without white space, quotes, brackets or control characters; null for anything else. -#}
{% macro clean_url(column) -%}
    case
        when {{ matches(clean_text(column), "^https://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][!#-&(-;=?-Z_a-z~%@\\]\\[]*)?$") }}
            then {{ clean_text(column) }}
    end
{%- endmacro %}
