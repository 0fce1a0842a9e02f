{#-
    How a table of source `state` that is written run by run is laid out, so that a run can take the place of an earlier one
    (meta `run`, macros/state/append_state.sql). Nothing where rows of a table can be deleted.
-#}
{% macro state_partition(table) %}
    {{ return(adapter.dispatch('state_partition', 'recmail')(table)) }}
{% endmacro %}


{% macro default__state_partition(table) %}
    {{ return('') }}
{% endmacro %}


{% macro spark__state_partition(table) %}
    {{ return('using parquet' ~ (' partitioned by (' ~ table.config.meta.run.column ~ ')' if table.config.meta.run else '')) }}
{% endmacro %}
