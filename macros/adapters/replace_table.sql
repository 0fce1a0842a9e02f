{#- Makes a table of a query, in place of what it holds. -#}
{% macro replace_table(relation, select) %}
    {% do adapter.dispatch('replace_table', 'recmail')(relation, select) %}
{% endmacro %}


{% macro default__replace_table(relation, select) %}
    {% do run_query("create or replace table " ~ relation ~ " as " ~ select) %}
{% endmacro %}


{#-
  Tables of Parquet files can't be replaced while they are read: the rows are written beside it first. A run that ends
  between the last two statements leaves them there.
-#}
{% macro spark__replace_table(relation, select) %}
    {% set beside = api.Relation.create(schema=relation.schema, identifier=relation.identifier ~ '__next') %}
    {% do run_query("drop table if exists " ~ beside) %}
    {% do run_query("create table " ~ beside ~ " using parquet as " ~ select) %}
    {% do run_query("drop table if exists " ~ relation) %}
    {% do run_query("alter table " ~ beside ~ " rename to " ~ relation) %}
{% endmacro %}
