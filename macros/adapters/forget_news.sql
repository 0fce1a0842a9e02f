{#-
    on-run-end hook: stg_changed_web_events names whose events went, such as who asked to be erased; it is empty when the run
    has ended, well or not. '' where it always is.
-#}
{% macro forget_news(results) %}
    {{ return(adapter.dispatch('forget_news', 'recmail')(results)) }}
{% endmacro %}


{% macro default__forget_news(results) %}
    {{ return('') }}
{% endmacro %}


{% macro duckdb__forget_news(results) %}
    {% if execute %}
        {% for result in results if result.node.unique_id == 'model.recmail.stg_changed_web_events' and result.status == 'success' %}
            {{ return('delete from ' ~ recmail.relation_of('stg_changed_web_events')) }}
        {% endfor %}
    {% endif %}
    {{ return('') }}
{% endmacro %}
