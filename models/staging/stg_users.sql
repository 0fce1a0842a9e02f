-- what tables that a round may keep read of it: that somebody wants mail is none of it
{{ config(counted=['user_id', 'country_code', 'timezone', 'locale']) }}

select
    users.user_id,
    users.email,
    users.first_name,
    users.country_code,
    users.city,
    coalesce(users.timezone, country_timezones.timezone) as timezone,
    users.locale,
    users.email_consent,
    users.email_frequency,
    users.preferred_categories,
    users.loyalty_tier,
    users.phone,
    users.sms_consent,
    users.ads_consent,
    users.email_consent_at,
    users.signed_up_at,
    users.repairs
from {{ ref('checked_users') }} as users
left join {{ ref('country_timezones') }} as country_timezones
    on users.country_code = country_timezones.country_code
where users.reject_reasons = ''
