{#-
    A condition that a model with config `news` sets on its key, as SQL: true, unless a round makes rows of changed web
    events alone (macros/rounds/write_news.sql).
-#}
{% macro is_news(key) -%}
    true /* of news: {{ key }} */
{%- endmacro %}
