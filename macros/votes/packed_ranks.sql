{#- Ranks of a user's items that a packed vote has room for, 64 with `profile_items_max` of 50. -#}
{% macro packed_ranks() %}
    {{ return(2 ** (var('profile_items_max').bit_length())) }}
{% endmacro %}
