{{ config(enabled='klaviyo' in var('sources')) }}

select
    person_id as user_id,
    email,
    first_name,
    case when {{ matches('country', '^[A-Za-z]{2}$') }} then upper(country) end as country_code,
    city,
    timezone,
    locale,
    -- false in what the shop handed over is no opt-out; those come as events
    case
        when lower(consent) in ('subscribed', 'unsubscribed', 'never_subscribed') then lower(consent)
        when consent is not null then consent
        when {{ clean_boolean('accepts_marketing') }} then 'subscribed'
        when not {{ clean_boolean('accepts_marketing') }} then 'never_subscribed'
    end as email_consent,
    {{ clean_timestamp('consent_at') }} as email_consent_at,
    {{ clean_timestamp('created_at') }} as signed_up_at,
    false as is_deleted
from {{ ref('klaviyo_table_people') }}
where not coalesce({{ clean_boolean('is_deleted') }}, false)
