{#- One input of all sources that are on, with the name of each: select these columns of models <source>_<input>. -#}
{% macro union_of_sources(table_name, columns) %}
    {% set ids = ['event_id', 'order_id', 'order_line_id', 'item_id', 'parent_item_id', 'session_id'] %}
    {% for source in recmail.sources_of(table_name) %}
        select
            '{{ source }}' as source,
            {% for column in columns %}
                {{ recmail.id_among_shops(source, column) ~ ' as ' if column in ids }}{{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ ref(source ~ '_' ~ table_name) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
