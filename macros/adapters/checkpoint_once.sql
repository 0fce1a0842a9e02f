{#-
    Called before a run: one that builds nothing of the whole shop is brief, and what it writes is put in its place in the
    file when it ends, not on the way as well (1 of 28 s of a round on the demo). A build of the whole shop uses again what
    its own tables leave: its file would grow by half. So in recmail's copies alone (dbt_tools/machine_share.py), which are
    closed after a run: elsewhere the setting would last for what the process builds next.
-#}
{% macro checkpoint_once() %}
    {{ return(adapter.dispatch('checkpoint_once', 'recmail')()) }}
{% endmacro %}


{% macro default__checkpoint_once() %}
{% endmacro %}


{% macro duckdb__checkpoint_once() %}
    {% if not recmail.builds_the_whole_shop()
        and run_query("select 1 from duckdb_settings() where name = 'fsync_mode' and upper(value) = 'NONE'") | length %}
        {% do run_query("set checkpoint_threshold = '1TB'") %}
    {% endif %}
{% endmacro %}
