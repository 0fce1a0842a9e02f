-- What was left in a check-out was put into a cart.
{{ config(enabled='shopify' in var('sources')) }}

with checkouts as (

    select * from {{ ref('shopify_table_checkouts') }}

),

-- exports that overlap hold a check-out also as it was before it became an order
ended_checkouts as (

    select distinct checkout_id
    from checkouts
    where
        completed_at is not null
        or coalesce({{ clean_boolean('is_deleted') }}, false)

)

select distinct
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
from checkouts
inner join {{ ref('shopify_table_checkout_lines') }} as checkout_lines
    on checkouts.checkout_id = checkout_lines.checkout_id
left join ended_checkouts
    on checkouts.checkout_id = ended_checkouts.checkout_id
where ended_checkouts.checkout_id is null
