{#-
  A mailable address in lower case; null when malformed. Letters, digits and . _ % + - ' only before the @, so no
  line break, comma or bracket can reach a header. After HTML's own rule for <input type=email>, narrowed.
-#}
{% macro clean_email(column) -%}
    case
        when {{ matches("replace(" ~ clean_text(column) ~ ", chr(39), '-')", "^[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+[A-Za-z]{2,24}$") }}
            and {{ clean_text(column) }} not like '%@%' || chr(39) || '%'
            then lower({{ clean_text(column) }})
    end
{%- endmacro %}
