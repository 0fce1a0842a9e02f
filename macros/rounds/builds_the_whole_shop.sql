{#- Whether this run builds anything of the whole shop (tag shop_wide), as selector realtime does not. -#}
{% macro builds_the_whole_shop() %}
    {% for id in selected_resources if id in graph.nodes and 'shop_wide' in graph.nodes[id].tags %}
        {{ return(true) }}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}
