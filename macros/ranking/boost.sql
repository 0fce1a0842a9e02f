{#-
    What a factor makes of a score, as the number to multiply the score by. With the objective `conversion` a score is a
    probability, and the factor acts on its odds, so that it stays one; other objectives are amounts, simply multiplied.
-#}
{% macro boost(score, factor) -%}
    {%- if var('ranking_objective') == 'conversion' -%}
        {{ factor }} / (1 - {{ score }} + {{ score }} * {{ factor }})
    {%- else -%}
        {{ factor }}
    {%- endif %}
{%- endmacro %}
