{#- The largest weight that a row of int_play_weights gives any strategy that proposed the candidate; null for none. -#}
{% macro play_weight(proposed_by, play) -%}
    greatest(
        {%- for strategy in ranked_strategies() %}
        case when ({{ proposed_by }} & {{ 2 ** loop.index0 }}) > 0 then {{ play }}.{{ strategy }}_weight end{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
