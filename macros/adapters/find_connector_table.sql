{#-
  The from-clause that reads a connector's table, which goes by one of several names, from the source's schema or, of
  files, its directory (<table>, <source>_<table> or <source>_<table>_data, .parquet or .csv); none when it isn't there. A
  name that ends in * is a table of each day.
-#}
{% macro find_connector_table(source, names) %}
    {{ return(adapter.dispatch('find_connector_table', 'recmail')(source, names)) }}
{% endmacro %}


{% macro duckdb__find_connector_table(source, names) %}
    {% set place = recmail.source_place(source) %}
    {% for name in names %}
        {% if '/' in place %}
            {% for path in recmail.connector_files(source, name) %}
                {% if run_query("select 1 from glob(" ~ recmail.literal(path) ~ ")") | length %}
                    {{ return(
                        "read_parquet(" ~ recmail.literal(path) ~ ")" if path.endswith('.parquet') else
                        "read_csv(" ~ recmail.literal(path) ~ ", all_varchar = true, header = true, delim = ',', quote = '\"',"
                        ~ " escape = '\"', null_padding = true, strict_mode = false, parallel = false)"
                    ) }}
                {% endif %}
            {% endfor %}
        {% else %}
            {% set tables = run_query(
                "select table_name from information_schema.tables where table_catalog = current_database()"
                ~ " and lower(table_schema) = lower(" ~ recmail.literal(place) ~ ") and lower(table_name) like "
                ~ recmail.literal(name | replace('_', '\\_') | replace('*', '%')) ~ " escape '\\' order by table_name"
            ).columns[0].values() %}
            {% set selects = [] %}
            {% for table in tables %}
                {% do selects.append("select * from " ~ api.Relation.create(target.database, place, table)) %}
            {% endfor %}
            {% if selects %}
                {{ return("(" ~ selects | join(" union all by name ") ~ ") as connector_table") }}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}


{#- Not there yet: the adapters of connectors read on DuckDB alone. -#}
{% macro spark__find_connector_table(source, names) %}
    {% if execute and source in var('sources') %}
        {% do exceptions.raise_compiler_error("Source " ~ source ~ " can't be read on Spark yet: make its inputs tables, var input_schema") %}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
