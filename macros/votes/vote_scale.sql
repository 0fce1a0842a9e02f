{#-
    Votes are whole numbers, so that their sums are exact in any order: the weight of a user's item, 0 to 2^14 of the
    user's heaviest, times the similarity, 0 to `similarity` of the context's highest. The sum of a profile's votes stays
    below 2^39, which is what pack_vote has room for.
-#}
{% macro vote_scale(factor) -%}
    {{ {'weight': 2 ** 14, 'similarity': 2 ** 25 // var('profile_items_max')}[factor] }}
{%- endmacro %}
