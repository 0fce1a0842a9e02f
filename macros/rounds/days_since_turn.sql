{#-
    Days since it was the user's turn to get another list: a turn comes every `lists_refresh_days` days, on the days that
    are the user's number modulo so many, counted from 1970-01-01.
-#}
{% macro days_since_turn(user_key, moment) -%}
    {%- set days = var('lists_refresh_days') -%}
    {%- set day = dbt.datediff("cast('1970-01-01' as date)", moment, 'day') -%}
    mod(mod({{ day }}, {{ days }}) - mod({{ user_key }}, {{ days }}) + {{ days }}, {{ days }})
{%- endmacro %}
