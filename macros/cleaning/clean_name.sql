{#-
  A name as customers read it, in subjects as well as in pages: HTML's entities decoded, each run of white space one blank,
  nothing that can't be seen or turns the direction of what follows, no braces (templates would fill them), and not longer
  than any name is. HTML stays: it is escaped where it is printed.
-#}
{% macro clean_name(column, length=150) -%}
    {%- set name = recmail.visible_text(recmail.decoded_entities(column)) -%}
    nullif(trim(left({{ printable_text(name) }}, {{ length }})), '')
{%- endmacro %}
