{#- Var `as_of` as text in UTC, none when it is not set: the only form in which it reaches SQL, by literal(). -#}
{% macro as_of_text() %}
    {% set as_of = var('as_of') %}
    {% if as_of is not none and not utc_timestamp(as_of) %}
        {% do check_vars() %}
    {% endif %}
    {{ return(none if as_of is none else utc_timestamp(as_of)) }}
{% endmacro %}
