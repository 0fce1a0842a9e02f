-- Who ordered as a guest with a customer's address is the customer; other guests are users of their own.
{{ config(enabled='woocommerce' in var('sources')) }}

select
    concat('email:', md5(lower(email))) as anonymous_id,
    user_id,
    signed_up_at as linked_at
from {{ ref('woocommerce_users') }}
where email is not null
