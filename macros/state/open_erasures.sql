{#-
    On-run-start, in state.swept_erasures: a warehouse that holds no inputs yet has no count of requests, and has them all
    honoured when its first run ends well. One that holds inputs, because that run failed or an older version built it,
    may hold people whom nobody has swept since: no request counts as honoured.
-#}
{% macro open_erasures() %}
    {% set swept = recmail.relation_of('swept_erasures', 'source.recmail.state.') %}
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
