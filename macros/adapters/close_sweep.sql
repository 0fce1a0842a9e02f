{#- The count of requests, a query, into state.swept_erasures where it is open: SQL, or what was run at once. -#}
{% macro close_sweep(swept, requests) %}
    {{ return(adapter.dispatch('close_sweep', 'recmail')(swept, requests)) }}
{% endmacro %}


{% macro default__close_sweep(swept, requests) %}
    {{ return(
        "update " ~ swept ~ " as swept set request_count = requests.request_count, latest_request_at ="
        ~ " requests.latest_request_at from (" ~ requests ~ ") as requests where swept.request_count is null"
    ) }}
{% endmacro %}


{% macro spark__close_sweep(swept, requests) %}
    {% if run_query("select 1 from " ~ swept ~ " where request_count is null") | length %}
        {% do recmail.replace_table(swept, requests) %}
    {% endif %}
{% endmacro %}
