-- Who ordered as a guest with a customer's address is the customer; other guests are users of their own. Who was
-- deleted counts where nobody else has the address.
{{ config(enabled='woocommerce' in var('sources')) }}

select
    concat('email:', md5(lower(email))) as anonymous_id,
    user_id,
    signed_up_at as linked_at
from {{ ref('woocommerce_users') }}
where email is not null
qualify
    not is_deleted
    or min(case when is_deleted then 1 else 0 end) over (partition by lower(email)) = 1
