{#-
    How alike two items are, from a 2 × 2 table of profiles (users or baskets). Counts may be weighted sums.
    pair_weight      profiles that hold both items          c
    item_weight      profiles that hold the one             a
    neighbour_weight profiles that hold the other           b
    total_weight     all profiles                           n

    cosine   c / sqrt(a b), in [0, 1]
    jaccard  c / (a + b - c), in [0, 1]
    lift     c n / (a b), 1 when the two have nothing to do with each other
    leverage c / n - a b / n², in [0, 0.25] (Piatetsky-Shapiro 1991): beside one item it ranks like what the item adds
             to the chance of the other, P(other | item) - P(other); 0 for pairs less frequent than by chance
    llr      log-likelihood ratio (Dunning 1993), 2 (H(rows) + H(columns) - H(cells)) in Mahout's writing with
             H = -sum(k ln(k / n)); 0 for pairs that stand together no more often than by chance
-#}
{% macro similarity_score(metric, pair_weight, item_weight, neighbour_weight, total_weight) -%}
    {%- set c = 'cast(' ~ pair_weight ~ ' as double)' -%}
    {%- set a = 'cast(' ~ item_weight ~ ' as double)' -%}
    {%- set b = 'cast(' ~ neighbour_weight ~ ' as double)' -%}
    {%- set n = 'cast(' ~ total_weight ~ ' as double)' -%}
    {%- if metric == 'cosine' -%}
        {{ c }} / sqrt({{ a }} * {{ b }})
    {%- elif metric == 'jaccard' -%}
        {{ c }} / ({{ a }} + {{ b }} - {{ c }})
    {%- elif metric == 'lift' -%}
        {{ c }} * {{ n }} / ({{ a }} * {{ b }})
    {%- elif metric == 'leverage' -%}
        greatest(0, {{ c }} / {{ n }} - {{ a }} / {{ n }} * ({{ b }} / {{ n }}))
    {%- elif metric == 'llr' -%}
        {#- the rarer item first: a sum in another order may end in another digit -#}
        {%- set a, b = 'least(' ~ a ~ ', ' ~ b ~ ')', 'greatest(' ~ a ~ ', ' ~ b ~ ')' -%}
        case
            when {{ c }} * {{ n }} <= {{ a }} * {{ b }} then 0
            else greatest(0, 2 * (
                {#- each cell k of row sum r and column sum s adds k ln(k n / (r s)); an empty cell adds nothing -#}
                {%- for k, r, s in [
                    (c, a, b),
                    (a ~ ' - ' ~ c, a, n ~ ' - ' ~ b),
                    (b ~ ' - ' ~ c, n ~ ' - ' ~ a, b),
                    (n ~ ' - ' ~ a ~ ' - ' ~ b ~ ' + ' ~ c, n ~ ' - ' ~ a, n ~ ' - ' ~ b)
                ] %}
                {{ '+ ' if not loop.first }}case
                    when {{ k }} > 1e-12 then ({{ k }}) * ln(({{ k }}) * {{ n }} / (({{ r }}) * ({{ s }})))
                    else 0
                end
                {%- endfor %}
            ))
        end
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "recmail: similarity metric '" ~ metric ~ "' is none of cosine, jaccard, lift, leverage, llr (var similarity_metric)"
        ) }}
    {%- endif -%}
{%- endmacro %}
