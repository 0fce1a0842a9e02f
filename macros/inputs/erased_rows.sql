{#-
  The condition under which a row of an input belongs to somebody who asked to be erased: by user id, by a device
  linked to the user or a message sent to the user alone when nobody else is named, or, for order lines, by the order.
  None for a table that names nobody,
  or when nobody asked. It reads the inputs as they were found: those of schema `inputs` hold no erased user any more.
  Blank ids are nobody's: they match nothing.
-#}
{% macro erased_rows(table_name) %}
    {% set by_device_too = ['orders', 'order_lines', 'web_events'] %}
    {% set by_user_alone = [
        'users', 'identities', 'experiment_assignments', 'user_exclusions', 'context_impressions', 'send_log'
    ] %}
    {% if table_name not in by_device_too + by_user_alone + ['email_events'] %}{{ return(none) }}{% endif %}
    {% set requests = recmail.raw_input('erasure_requests', ['user_id']) %}
    {% if execute and not requests['found'] %}{{ return(none) }}{% endif %}
    {#- ids are clean, as in every select of inputs (input_expression) -#}
    {% set by_user = recmail.is_one_of('user_id', requests['select'], "true") %}
    {% if table_name == 'email_events' %}
        {% set message_id, events = clean_message_id('message_id'), recmail.raw_input('email_events', ['user_id', 'message_id'])['select'] %}
        {% set of_others = "user_id is not null and not " ~ by_user %}
        {{ return(
            by_user ~ " or user_id is null and " ~ recmail.is_one_of(message_id, events, by_user)
            ~ " and not " ~ recmail.is_one_of(message_id, events, of_others)
        ) }}
    {% elif table_name in by_user_alone %}
        {{ return(by_user) }}
    {% endif %}

    {% set by_device = "user_id is null and "
        ~ recmail.is_one_of('anonymous_id', recmail.raw_input('identities', ['anonymous_id', 'user_id'])['select'], by_user) %}
    {% set by_either = by_user ~ " or " ~ by_device %}
    {% if table_name != 'order_lines' %}{{ return(by_either) }}{% endif %}
    {{ return(recmail.is_one_of('order_id', recmail.raw_input('orders', ['user_id', 'anonymous_id'])['select'], by_either)) }}
{% endmacro %}


{% macro is_one_of(id, select, condition) %}
    {{ return(
        "coalesce(" ~ id ~ " in (select " ~ id ~ " from (" ~ select ~ ") as input_rows where "
        ~ id ~ " is not null and (" ~ condition ~ ")), false)"
    ) }}
{% endmacro %}
