{#-
    One bigint that holds a sum of votes, the item and the rank of the user's item whose vote was the strongest, in this
    order, so that the best proposals are the largest numbers, of equal ones the item with the smaller number. The lowest
    bits of the sum's 39 make room for the rank.
    Why: max_by(number, number, n) keeps the n best of a user and context in a heap while rows stream by.
-#}
{% macro pack_vote(vote_sum, item_number, taste_rank) -%}
    {%- set items, ranks = packed_items(), packed_ranks() -%}
    ({{ vote_sum }} - {{ vote_sum }} % {{ 2 * ranks }}) * {{ items // 2 }}
    + ({{ items }} - {{ item_number }}) * {{ ranks }}
    + ({{ ranks }} - {{ taste_rank }})
{%- endmacro %}
