{#- What pack_vote packed: vote_sum (but its lowest bits), item_number or taste_rank. -#}
{% macro unpack_vote(packed, part) -%}
    {%- set items, ranks = packed_items(), packed_ranks() -%}
    {%- if part == 'vote_sum' -%}
        cast({{ packed }} - {{ packed }} % {{ items * ranks }} as double) / {{ items // 2 }}
    {%- elif part == 'item_number' -%}
        cast({{ items }} - ({{ packed }} % {{ items * ranks }} - {{ packed }} % {{ ranks }}) / {{ ranks }} as {{ dbt.type_int() }})
    {%- elif part == 'taste_rank' -%}
        cast({{ ranks }} - {{ packed }} % {{ ranks }} as {{ dbt.type_int() }})
    {%- endif -%}
{%- endmacro %}
