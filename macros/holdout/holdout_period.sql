{#- What the draw of a holdout adds to the user: nothing, or the number of the period (var `holdout_rotation_days`). -#}
{% macro holdout_period(as_of) -%}
    {%- if var('holdout_rotation_days') is not none -%}
        {{ return(
            " || ':' || cast(cast(floor(" ~ dbt.datediff("cast('1970-01-01' as date)", "cast(" ~ as_of ~ " as date)", 'day')
            ~ " / " ~ var('holdout_rotation_days') ~ ") as " ~ dbt.type_int() ~ ") as " ~ dbt.type_string() ~ ")"
        ) }}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}
