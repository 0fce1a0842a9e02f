-- Who ordered as a guest with a customer's address is the customer.
{{ config(enabled='shopify' in var('sources')) }}

select
    concat('email:', md5(lower(email))) as anonymous_id,
    customer_id as user_id,
    {{ clean_timestamp('created_at') }} as linked_at
from {{ ref('shopify_table_customers') }}
where
    email is not null
    and not coalesce({{ clean_boolean('is_deleted') }}, false)
