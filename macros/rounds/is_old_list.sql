{#-
    Whether a list that was made at `listed_at` is to be made anew by a run as of `moment`. A user's turn comes every
    `lists_refresh_days` days, on the days since 1970-01-01 that leave the same rest as the user's number: a list from
    before the last turn is old, so that a turn on which no run came is the next run's. Who has no list may get one, and
    none is of later than the run.
-#}
{% macro is_old_list(user_key, listed_at, moment) -%}
    {%- set days = var('lists_refresh_days') -%}
    {%- set day = dbt.datediff("cast('1970-01-01' as date)", moment, 'day') -%}
    (
        coalesce({{ listed_at }} > {{ moment }}, true)
        or {{ dbt.datediff(listed_at, moment, 'day') }}
        > mod(mod({{ day }}, {{ days }}) - mod({{ user_key }}, {{ days }}) + {{ days }}, {{ days }})
    )
{%- endmacro %}
