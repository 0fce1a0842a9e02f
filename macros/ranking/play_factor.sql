{#-
    What a row of int_play_weights makes of a candidate's odds: the largest weight of 1 or more of the strategies that
    proposed it, times the smallest below 1, which holds back what its strategy proposes whoever else does; 1 for none.
-#}
{% macro play_factor(proposed_by, play) -%}
    {%- for choose, side in [('greatest', '>= 1'), ('least', '< 1')] -%}
    coalesce({{ choose }}(
        {%- for strategy in ranked_strategies() %}
        {%- set weight = play ~ strategy.name ~ '_weight' %}
        case when ({{ proposed_by }} & {{ 2 ** loop.index0 }}) > 0 and {{ weight }} {{ side }} then {{ weight }} end{{ ',' if not loop.last }}
        {%- endfor %}
    ), 1){{ ' * ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
