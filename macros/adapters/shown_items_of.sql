{#- The items of a message, {position, item_id, propensity, strategy} each, from JSON; null when it can't be read so. -#}
{% macro shown_items_of(json) -%}
    {{ return(adapter.dispatch('shown_items_of', 'recmail')(json)) }}
{%- endmacro %}


{% macro default__shown_items_of(json) -%}
    from_json({{ json }}, 'array<struct<position: int, item_id: string, propensity: double, strategy: string>>')
{%- endmacro %}


{% macro duckdb__shown_items_of(json) -%}
    from_json(
        case when json_valid({{ json }}) then {{ json }} end,
        '[{"position": "INTEGER", "item_id": "VARCHAR", "propensity": "DOUBLE", "strategy": "VARCHAR"}]'
    )
{%- endmacro %}
