{#-
    What a row of int_play_weights makes of a candidate's odds: the largest weight of 1 or more of the strategies that
    proposed it, times the smallest below 1, which holds back what its strategy proposes whoever else does; 1 for none.
-#}
{% macro play_factor(proposed_by, play) -%}
    coalesce(greatest(
        {%- for strategy in ranked_strategies() %}
        case when ({{ proposed_by }} & {{ 2 ** loop.index0 }}) > 0 and {{ play }}.{{ strategy }}_weight >= 1 then {{ play }}.{{ strategy }}_weight end{{ ',' if not loop.last }}
        {%- endfor %}
    ), 1) * coalesce(least(
        {%- for strategy in ranked_strategies() %}
        case when ({{ proposed_by }} & {{ 2 ** loop.index0 }}) > 0 and {{ play }}.{{ strategy }}_weight < 1 then {{ play }}.{{ strategy }}_weight end{{ ',' if not loop.last }}
        {%- endfor %}
    ), 1)
{%- endmacro %}
