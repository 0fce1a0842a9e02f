-- An address on several lists is one user: an opt-out on any of them stands, as does a bounce that cleaned it.
{{ config(enabled='mailchimp' in var('sources')) }}

select
    member_id as user_id,
    email,
    first_name,
    country_code,
    cast(null as {{ dbt.type_string() }}) as city,
    timezone,
    language as locale,
    case
        when lower(status) = 'subscribed' then 'subscribed'
        when lower(status) in ('unsubscribed', 'cleaned', 'archived') then 'unsubscribed'
        when lower(status) in ('pending', 'transactional') then 'never_subscribed'
        else status
    end as email_consent,
    -- without a time a bounce stands, whatever the shop was told later
    {{ clean_timestamp(
        "case lower(status) when 'subscribed' then opted_in_at when 'cleaned' then null else changed_at end"
    ) }} as email_consent_at,
    {{ clean_timestamp('coalesce(signed_up_at, opted_in_at)') }} as signed_up_at,
    false as is_deleted
from {{ ref('mailchimp_table_members') }}
qualify row_number() over (
    partition by member_id
    order by case lower(status) when 'cleaned' then 0 when 'subscribed' then 2 else 1 end, changed_at desc, status
) = 1
