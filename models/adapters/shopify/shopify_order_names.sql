{{ config(enabled='shopify' in var('sources')) }}

{% for name in ['order_id', 'order_number', 'order_name', "concat('#', order_number)"] %}
    select
        {{ name }} as order_name,
        customer_id
    from {{ ref('shopify_table_orders') }}
    where
        customer_id is not null
        and {{ 'order_number' if loop.last else name }} is not null
    {{ 'union' if not loop.last }}
{% endfor %}
