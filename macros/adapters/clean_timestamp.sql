{#-
  A UTC timestamp from text with or without an offset, or from a timestamp; null when it isn't one. The year comes first and
  has four digits: 6/1/26 is anybody's guess, and engines make the year 6 of it. PostgreSQL's infinity is the year 9999.
-#}
{% macro clean_timestamp(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        {{ adapter.dispatch('when_a_timestamp', 'recmail')(column) }}
        when {{ matches(text, '^[0-9]{4}') }} then {{ adapter.dispatch('cast_timestamp', 'recmail')(column) }}
        when {{ text }} = 'infinity' then cast('9999-12-31' as timestamp)
    end
{%- endmacro %}


{% macro default__when_a_timestamp(column) -%}
{%- endmacro %}


{#- decided while DuckDB plans: a column of timestamps isn't written out as text to look for digits, a thirtieth of the time -#}
{% macro duckdb__when_a_timestamp(column) -%}
    {%- set found = 'try_cast(' ~ column ~ ' as timestamp)' -%}
    when typeof({{ column }}) = 'TIMESTAMP'
        then
            case
                when isfinite({{ found }}) then {{ found }}
                when {{ found }} = 'infinity' then cast('9999-12-31' as timestamp)
            end
{%- endmacro %}


{% macro default__cast_timestamp(column) -%}
    try_cast({{ column }} as timestamp)
{%- endmacro %}


{#- DuckDB's timestamp ignores an offset in text; by way of timestamptz (session time zone UTC) it counts. -#}
{% macro duckdb__cast_timestamp(column) -%}
    cast(try_cast({{ column }} as timestamptz) as timestamp)
{%- endmacro %}
