-- Customer 0 is a guest. Dates in UTC go before those of the shop's clock.
{{ config(enabled='woocommerce' in var('sources')) }}

select
    order_id,
    order_number,
    nullif(customer_id, '0') as customer_id,
    email,
    case
        when nullif(customer_id, '0') is null and email is not null then concat('email:', md5(lower(email)))
    end as guest_id,
    first_name,
    country_code,
    city,
    replace(lower(status), 'wc-', '') as status,
    currency,
    coalesce({{ clean_boolean('prices_include_tax') }}, false) as prices_include_tax,
    {{ clean_timestamp('coalesce(created_at, created_on)') }} as ordered_at
from {{ ref('woocommerce_table_orders') }}
where
    not coalesce({{ clean_boolean('is_deleted') }}, false)
    and coalesce(lower(status), '') not in ('trash', 'auto-draft', 'draft')
