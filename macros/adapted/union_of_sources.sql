{#- One input of all sources that are on, with the name of each: select over models <source>_<input>. -#}
{% macro union_of_sources(table_name) %}
    {% for source in recmail.sources_of(table_name) %}
        select
            '{{ source }}' as source,
            *
        from {{ ref(source ~ '_' ~ table_name) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
