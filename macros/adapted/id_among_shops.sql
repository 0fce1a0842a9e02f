{#- An id of a source's as it is among those of all sources. -#}
{% macro id_among_shops(source, column) %}
    {{ return(
        "'" ~ source ~ ":' || " ~ column if source in recmail.shops()[1:] else column
    ) }}
{% endmacro %}
