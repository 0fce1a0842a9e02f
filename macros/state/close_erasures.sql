{#-
    The end of what open_erasures began: says that people were erased whom files may still hold, and gives the statement
    that notes the requests of a warehouse which held nobody before this run.
-#}
{% macro close_erasures() %}
    {% set swept = recmail.relation_of('swept_erasures', 'source.recmail.state.') %}
    {% set requests = "select count(*) as request_count, max(requested_at) as latest_request_at from " ~ recmail.relation_of('stg_erasure_requests') %}
    {% if run_query("select * from " ~ swept ~ " where request_count is not null except " ~ requests) | length %}
        {% do log(
            "Somebody asked to be erased and is in no table that this run made. What was deleted stays in free blocks of the file,"
            ~ " and in emails rendered earlier, until `make forget` (recmail forget) removes it.", info=true
        ) %}
    {% endif %}
    {{ return(recmail.close_sweep(swept, requests)) }}
{% endmacro %}
