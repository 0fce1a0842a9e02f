{#-
  The condition under which a row of an input belongs to somebody who asked to be erased: by user id, by a device
  linked to the user when nobody else is named, or, for order lines, by the order. None for a table that names nobody. `selects` are the
  unfiltered inputs. Blank ids are nobody's: they match nothing.
-#}
{% macro erased_rows(table_name, selects) %}
    {% set user_id = clean_text('user_id') %}
    {% set anonymous_id = clean_text('anonymous_id') %}
    {% set order_id = clean_text('order_id') %}
    {% set erased_users = "select " ~ user_id ~ " from (" ~ selects['erasure_requests'] ~ ") where "
        ~ user_id ~ " is not null" %}
    {% set by_user = "coalesce(" ~ user_id ~ " in (" ~ erased_users ~ "), false)" %}
    {% set erased_devices = "select " ~ anonymous_id ~ " from (" ~ selects['identities'] ~ ") where "
        ~ anonymous_id ~ " is not null and " ~ by_user %}
    {% set by_device = "(" ~ user_id ~ " is null and coalesce(" ~ anonymous_id ~ " in (" ~ erased_devices
        ~ "), false))" %}
    {% set erased_orders = "select " ~ order_id ~ " from (" ~ selects['orders'] ~ ") where "
        ~ order_id ~ " is not null and (" ~ by_user ~ " or " ~ by_device ~ ")" %}
    {% set conditions = {
        'users': by_user,
        'orders': by_user ~ " or " ~ by_device,
        'order_lines': "coalesce(" ~ order_id ~ " in (" ~ erased_orders ~ "), false)",
        'web_events': by_user ~ " or " ~ by_device,
        'email_events': by_user,
        'identities': by_user,
        'experiment_assignments': by_user,
        'context_impressions': by_user
    } %}
    {{ return(conditions.get(table_name)) }}
{% endmacro %}
