{#- Where a source's tables are: a schema of the warehouse, or a directory, which has a slash in its name. -#}
{% macro source_place(source) %}
    {{ return(var('source_places').get(source, source)) }}
{% endmacro %}
