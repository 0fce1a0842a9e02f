{#-
  What a purchase is worth by var `ranking_objective`: 1, the price or the margin of the row `items` of stg_items, which
  must be all of them: amounts of several currencies don't compare, so that an item counts beside the mean price of its
  currency. Where there is one, amounts stay as they are.
-#}
{% macro item_worth() -%}
    {% set price = 'cast(items.price as double)' %}
    {% set level = 'cast(avg(items.price) over () / avg(items.price) over (partition by items.currency) as double)' %}
    {% set unknown_cost = '(1 - ' ~ var('default_margin_share') ~ ') * ' ~ price %}
    {% set worth = {
        'conversion': '1',
        'revenue': price ~ ' * ' ~ level,
        'margin': 'greatest(' ~ price ~ ' - coalesce(cast(items.unit_cost as double), ' ~ unknown_cost ~ '), 0) * ' ~ level
    } %}
    {% if var('ranking_objective') not in worth %}
        {{ exceptions.raise_compiler_error(
            "recmail: var ranking_objective is '" ~ var('ranking_objective') ~ "', not one of " ~ worth.keys() | join(', ')
        ) }}
    {% endif %}
    {{ return(worth[var('ranking_objective')]) }}
{%- endmacro %}
