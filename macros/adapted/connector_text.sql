{#-
  A value of a connector's as text without blanks around it. Words for nothing are null, such as Snowflake's \N: an
  order with one for the time of its cancelling was not cancelled. Words that guard consent stay, as in every input.
-#}
{% macro connector_text(value, column) %}
    {% set text = "trim(cast(" ~ value ~ " as " ~ dbt.type_string() ~ "))" %}
    {% if column.name.endswith(('_at', '_timestamp')) %}{% set text = offset_without_blank(text) %}{% endif %}
    {% if column.config.meta.gives == 'users.email_consent' %}{{ return("nullif(" ~ text ~ ", '')") }}{% endif %}
    {{ return("case when " ~ text ~ " not in ('', " ~ recmail.words_for_nothing() ~ ") then " ~ text ~ " end") }}
{% endmacro %}
