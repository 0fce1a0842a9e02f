{#- The inputs, in the order of docs/input_contract.md: refs are needed before dbt has read the contract. -#}
{% macro input_names() %}
    {{ return([
        'users', 'items', 'orders', 'order_lines', 'web_events', 'email_events', 'identities', 'offers',
        'erasure_requests', 'experiment_assignments', 'user_exclusions', 'item_translations', 'context_impressions',
        'send_log'
    ]) }}
{% endmacro %}
