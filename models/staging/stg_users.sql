select
    user_id,
    email,
    first_name,
    country_code,
    city,
    timezone,
    locale,
    email_consent,
    email_frequency,
    preferred_categories,
    loyalty_tier,
    phone,
    sms_consent,
    ads_consent,
    email_consent_at,
    signed_up_at,
    repairs
from {{ ref('checked_users') }}
where reject_reasons = ''
