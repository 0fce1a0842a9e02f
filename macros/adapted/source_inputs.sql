{#- The sources that recmail knows, and which inputs come of each: models <source>_<input>. -#}
{% macro source_inputs() %}
    {{ return({
        'shopify': ['users', 'items', 'orders', 'order_lines', 'web_events', 'identities'],
        'woocommerce': ['users', 'items', 'orders', 'order_lines', 'web_events', 'identities'],
        'ga4': ['web_events', 'identities'],
        'segment': ['web_events', 'identities'],
        'snowplow': ['web_events', 'identities'],
        'klaviyo': ['users', 'web_events', 'email_events'],
        'mailchimp': ['users', 'email_events'],
    }) }}
{% endmacro %}
