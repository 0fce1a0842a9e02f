{#- Whether this run compares web events with those of the run before, to make what follows from them of the rest. -#}
{% macro is_round_of_news() %}
    {{ return(
        recmail.is_touched_round() and not recmail.builds_the_whole_shop()
        and 'model.recmail.stg_changed_web_events' in selected_resources
    ) }}
{% endmacro %}
