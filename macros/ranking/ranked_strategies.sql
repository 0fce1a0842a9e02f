{#- Strategies whose share of the user's best is a feature of the ranker: all but explore, which is drawn, not ranked. -#}
{% macro ranked_strategies() -%}
    {% set found = [] %}
    {% for feature in ranking_features() if feature.name.endswith('_score') %}
        {% do found.append(feature.name.removesuffix('_score')) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
