-- What a customer's account lacks, city, country and language, is that of the latest order. Deleted ones are no users,
-- but say whose address it was.
{{ config(enabled='shopify' in var('sources')) }}

with latest_orders as (

    select
        customer_id,
        country_code,
        city,
        locale
    from {{ ref('shopify_table_orders') }}
    where customer_id is not null
    qualify row_number() over (
        partition by customer_id
        order by {{ clean_timestamp('coalesce(processed_at, created_at)') }} desc, order_id
    ) = 1

)

select
    customers.customer_id as user_id,
    customers.email,
    customers.first_name,
    latest_orders.country_code,
    latest_orders.city,
    cast(null as {{ dbt.type_string() }}) as timezone,
    latest_orders.locale,
    -- false in accepts_marketing is no opt-out: it is what everybody starts with
    case
        when lower(customers.consent_state) = 'subscribed' then 'subscribed'
        when lower(customers.consent_state) in ('unsubscribed', 'redacted') then 'unsubscribed'
        when lower(customers.consent_state) in ('not_subscribed', 'pending', 'invalid') then 'never_subscribed'
        when customers.consent_state is not null then customers.consent_state
        when {{ clean_boolean('customers.accepts_marketing') }} then 'subscribed'
        when not {{ clean_boolean('customers.accepts_marketing') }} then 'never_subscribed'
    end as email_consent,
    {{ clean_timestamp('customers.consent_at') }} as email_consent_at,
    {{ clean_timestamp('customers.created_at') }} as signed_up_at,
    coalesce({{ clean_boolean('customers.is_deleted') }}, false) as is_deleted
from {{ ref('shopify_table_customers') }} as customers
left join latest_orders
    on customers.customer_id = latest_orders.customer_id
