{#- Inputs that `recmail events` writes (sending/export.py). -#}
{% macro ledger_names() %}
    {{ return(['email_events', 'user_exclusions', 'send_log']) }}
{% endmacro %}
