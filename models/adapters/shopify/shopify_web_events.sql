-- What was left in a check-out was put into a cart.
{{ config(enabled='shopify' in var('sources')) }}

select
    concat(
        'checkout:', checkouts.checkout_id, ':',
        coalesce(checkout_lines.line_index, checkout_lines.variant_id, checkout_lines.product_id)
    ) as event_id,
    'cart_add' as event_type,
    {{ clean_timestamp('checkouts.created_at') }} as occurred_at,
    checkouts.customer_id as user_id,
    case
        when checkouts.customer_id is null and checkouts.email is not null
            then concat('email:', md5(lower(checkouts.email)))
    end as anonymous_id,
    concat('checkout:', checkouts.checkout_id) as session_id,
    coalesce(checkout_lines.variant_id, checkout_lines.product_id) as item_id,
    cast(null as {{ dbt.type_string() }}) as category,
    cast(null as {{ dbt.type_string() }}) as search_query,
    cast(null as {{ dbt.type_string() }}) as device_type
from {{ ref('shopify_table_checkouts') }} as checkouts
inner join {{ ref('shopify_table_checkout_lines') }} as checkout_lines
    on checkouts.checkout_id = checkout_lines.checkout_id
where
    checkouts.completed_at is null
    and not coalesce({{ clean_boolean('checkouts.is_deleted') }}, false)
