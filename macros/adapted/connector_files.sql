{#- Where a connector's table is looked for, below the directory of its source. -#}
{% macro connector_files(source, name) %}
    {% set files = [] %}
    {% for stem in [name, source ~ '_' ~ name, source ~ '_' ~ name ~ '_data', name ~ '_data'] if '*' not in name %}
        {% for ending in ['parquet', 'csv'] %}
            {% do files.append(recmail.source_place(source) ~ '/' ~ stem ~ '.' ~ ending) %}
        {% endfor %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}
