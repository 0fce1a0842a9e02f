{{ config(enabled='segment' in var('sources')) }}

{% set events = {
    'product_viewed': 'item_view',
    'product_added': 'cart_add',
    'product_removed': 'cart_remove',
    'product_added_to_wishlist': 'wishlist_add',
    'products_searched': 'search'
} %}
{% for table_name, event_type in events.items() %}
    select
        concat('segment:', event_id) as event_id,
        '{{ event_type }}' as event_type,
        {{ clean_timestamp('occurred_at') }} as occurred_at,
        user_id,
        anonymous_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        {% if event_type == 'search' %}
            cast(null as {{ dbt.type_string() }}) as item_id,
            cast(null as {{ dbt.type_string() }}) as category,
            search_query,
        {% else %}
            item_id,
            cast(null as {{ dbt.type_string() }}) as category,
            cast(null as {{ dbt.type_string() }}) as search_query,
        {% endif %}
        device_type
    from {{ ref('segment_table_' ~ table_name) }}
    {% if event_type != 'search' %}
        where item_id is not null
    {% endif %}
    {{ 'union all' if not loop.last }}
{% endfor %}
