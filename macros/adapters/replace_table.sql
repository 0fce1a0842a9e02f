{#- Makes a table of a query, in place of what it holds; `layout` is what state_partition says of it. -#}
{% macro replace_table(relation, select, layout='') %}
    {% do adapter.dispatch('replace_table', 'recmail')(relation, select, layout) %}
{% endmacro %}


{% macro default__replace_table(relation, select, layout) %}
    {% do run_query("create or replace table " ~ relation ~ " as " ~ select) %}
{% endmacro %}


{#-
  Tables of Parquet files can't be replaced while they are read: the rows are written beside it first. A run that ends
  before the last statement leaves them there. Partitions keep their places when a table is renamed: their rows go back.
-#}
{% macro spark__replace_table(relation, select, layout) %}
    {% set beside = api.Relation.create(schema=relation.schema, identifier=relation.identifier ~ '__next') %}
    {% do run_query("drop table if exists " ~ beside) %}
    {% do run_query("create table " ~ beside ~ " using parquet as " ~ select) %}
    {% if 'partitioned' in layout %}
        {% do run_query("insert overwrite " ~ relation ~ " by name select * from " ~ beside) %}
        {% do run_query("drop table " ~ beside) %}
    {% else %}
        {% do run_query("drop table if exists " ~ relation) %}
        {% do run_query("alter table " ~ beside ~ " rename to " ~ relation) %}
    {% endif %}
{% endmacro %}
