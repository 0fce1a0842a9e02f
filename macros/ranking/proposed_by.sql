{#- Which strategies proposed a candidate, as one number: the k-th of ranked_strategies() is worth 2^k, k from 0. -#}
{% macro proposed_by(places) -%}
    {% for strategy in ranked_strategies() -%}
        case when {{ places }}.{{ strategy.name }}_score > 0 then {{ 2 ** loop.index0 }} else 0 end{{ ' + ' if not loop.last }}
    {% endfor %}
{%- endmacro %}
