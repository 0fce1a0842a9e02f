{#- The tables whose rows may hold these lists. -#}
{% macro holders_of_lists(lists) %}
    {% set found = [] %}
    {% for place in lists %}{% do found.append(place.partition('.')[0]) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}
