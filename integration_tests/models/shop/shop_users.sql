select
    customer as user_id,
    first_name,
    customer || '@shop.example' as email,
    'subscribed' as email_consent
from {{ ref('stg_users') }}
