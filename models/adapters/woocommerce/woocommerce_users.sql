-- A shop's guests have no account, and are users by their address where no customer has it; deleted customers are no
-- users, but say whose address it was. The shop asks nobody whether mails may come: what Mailchimp's plugin wrote is
-- read, in which 0 may be an opt-out and stands as one.
{{ config(enabled='woocommerce' in var('sources')) }}

with customers as (

    select * from {{ ref('woocommerce_table_customers') }}

),

latest_orders as (

    select
        *,
        min(ordered_at) over (partition by coalesce(customer_id, guest_id)) as first_ordered_at
    from {{ ref('woocommerce_placed_orders') }}
    where
        coalesce(customer_id, guest_id) is not null
        and status <> 'checkout-draft'
    qualify row_number() over (
        partition by coalesce(customer_id, guest_id) order by ordered_at desc, order_id
    ) = 1

),

consents as (

    select
        customer_id,
        min(meta_value) as meta_value
    from {{ ref('woocommerce_table_customer_meta') }}
    where
        meta_key = 'mailchimp_woocommerce_is_subscribed'
        and meta_value in ('0', '1')
    group by customer_id

),

people as (

    select
        customers.customer_id as user_id,
        coalesce(customers.email, latest_orders.email) as email,
        coalesce(customers.first_name, latest_orders.first_name) as first_name,
        coalesce(customers.country_code, latest_orders.country_code) as country_code,
        coalesce(customers.city, latest_orders.city) as city,
        case consents.meta_value when '1' then 'subscribed' when '0' then 'unsubscribed' end as email_consent,
        {{ clean_timestamp('customers.created_at') }} as signed_up_at,
        coalesce({{ clean_boolean('customers.is_deleted') }}, false) as is_deleted
    from customers
    left join latest_orders
        on customers.customer_id = latest_orders.customer_id
    left join consents
        on customers.customer_id = consents.customer_id
    union all
    select
        guests.guest_id as user_id,
        guests.email,
        guests.first_name,
        guests.country_code,
        guests.city,
        cast(null as {{ dbt.type_string() }}) as email_consent,
        guests.first_ordered_at as signed_up_at,
        false as is_deleted
    from latest_orders as guests
    left join customers
        on
            lower(guests.email) = lower(customers.email)
            and not coalesce({{ clean_boolean('customers.is_deleted') }}, false)
    where
        guests.guest_id is not null
        and customers.customer_id is null

)

select
    user_id,
    email,
    first_name,
    country_code,
    city,
    cast(null as {{ dbt.type_string() }}) as timezone,
    cast(null as {{ dbt.type_string() }}) as locale,
    email_consent,
    cast(null as timestamp) as email_consent_at,
    signed_up_at,
    is_deleted
from people
