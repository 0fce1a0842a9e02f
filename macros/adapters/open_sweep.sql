{#- state.swept_erasures gets its row, or its count where that is open (macros/state/open_erasures.sql). -#}
{% macro open_sweep(swept) %}
    {% do adapter.dispatch('open_sweep', 'recmail')(swept) %}
{% endmacro %}


{% macro default__open_sweep(swept) %}
    {% set holds_inputs = run_query(
        "select 1 from information_schema.tables where table_catalog = current_database() and table_schema = "
        ~ recmail.literal(recmail.latest_run().schema) ~ " and table_name <> " ~ recmail.literal(recmail.latest_run().identifier)
        ~ " limit 1"
    ) | length %}
    {% set request_count = '0' if holds_inputs else 'null' %}
    {% do run_query("update " ~ swept ~ " set request_count = " ~ request_count ~ " where request_count is null") %}
    {% do run_query(
        "insert into " ~ swept ~ " (request_count) select " ~ request_count
        ~ " where not exists (select 1 from " ~ swept ~ ")"
    ) %}
{% endmacro %}


{#- a run that reads no inputs may find no schema of theirs -#}
{% macro spark__open_sweep(swept) %}
    {% do adapter.create_schema(recmail.latest_run().without_identifier()) %}
    {% set inputs = run_query("show tables in " ~ recmail.latest_run().schema).columns[1].values() %}
    {% set holds_inputs = inputs | reject('equalto', recmail.latest_run().identifier) | list | length > 0 %}
    {% set open = run_query("select count(*), count(request_count) from " ~ swept)[0] %}
    {% if open[0] == 0 or (holds_inputs and open[1] < open[0]) %}
        {% do recmail.replace_table(swept, "select cast(" ~ ('0' if holds_inputs else 'null')
            ~ " as bigint) as request_count, cast(null as timestamp) as latest_request_at") %}
    {% endif %}
{% endmacro %}
