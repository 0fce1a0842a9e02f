{#-
  An https address; null for what is none, or holds quotes, brackets or control characters. Blanks and letters that are not
  ASCII are percent-encoded after the host, as browsers do.
-#}
{% macro clean_url(column) -%}
    {%- set url = percent_encoded(clean_text(column)) -%}
    case
        when {{ matches(url, "^https://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][!#-&(-;=?-Z_a-z~%@\\]\\[]*)?$") }}
            then {{ url }}
    end
{%- endmacro %}
