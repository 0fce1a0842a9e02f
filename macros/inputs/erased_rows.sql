{#-
  The condition under which a row of an input belongs to somebody who asked to be erased: by user id, by a device
  linked to the user, or, for order lines, by the order. None for a table that names nobody. `selects` are the
  unfiltered inputs.
-#}
{% macro erased_rows(table_name, selects) %}
    {% set erased_users = "select trim(user_id) from (" ~ selects['erasure_requests'] ~ ") where user_id is not null" %}
    {% set erased_devices = "select trim(anonymous_id) from (" ~ selects['identities']
        ~ ") where anonymous_id is not null and trim(user_id) in (" ~ erased_users ~ ")" %}
    {% set by_user = "coalesce(trim(user_id), '') in (" ~ erased_users ~ ")" %}
    {% set by_device = "coalesce(trim(anonymous_id), '') in (" ~ erased_devices ~ ")" %}
    {% set erased_orders = "select trim(order_id) from (" ~ selects['orders'] ~ ") where order_id is not null and ("
        ~ by_user ~ " or " ~ by_device ~ ")" %}
    {% set conditions = {
        'users': by_user,
        'orders': by_user ~ " or " ~ by_device,
        'order_lines': "coalesce(trim(order_id), '') in (" ~ erased_orders ~ ")",
        'web_events': by_user ~ " or " ~ by_device,
        'email_events': by_user,
        'identities': by_user ~ " or " ~ by_device,
        'experiment_assignments': by_user,
        'context_impressions': by_user
    } %}
    {{ return(conditions.get(table_name)) }}
{% endmacro %}
