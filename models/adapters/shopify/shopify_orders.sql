-- Orders of tests and deleted ones are none; what was ordered by draft or subscription is an order like any other. A
-- guest goes by the md5 of the address, which identities link to the customer who has it.
{{ config(enabled='shopify' in var('sources')) }}

select
    order_id,
    customer_id as user_id,
    case
        when customer_id is null and email is not null then concat('email:', md5(lower(email)))
    end as anonymous_id,
    case
        when cancelled_at is not null or lower(financial_status) = 'voided' then 'cancelled'
        when lower(financial_status) = 'refunded' then 'refunded'
        when lower(financial_status) in ('pending', 'authorized', 'expired') then 'pending'
        else 'completed'
    end as order_status,
    currency,
    {{ clean_timestamp('coalesce(processed_at, created_at)') }} as ordered_at
from {{ ref('shopify_table_orders') }}
where
    not coalesce({{ clean_boolean('is_test') }}, false)
    and not coalesce({{ clean_boolean('is_deleted') }}, false)
