-- Who shares an address shares its mailbox: what one account refuses is refused for all. Where rows can't be read or
-- disagree, the answer is no.
{#- in the order in which send_decisions names them -#}
{% set reasons = ['unsubscribed', 'complained', 'bounced', 'unknown_event', 'unknown_consent', 'conflicting_consent'] %}
{% set reasons = reasons + ['paused', 'unknown_frequency'] %}

with user_rows as (

    select
        user_rows.user_id,
        {{ address_key('user_rows.email') }} as address_key,
        user_rows.email_consent,
        user_rows.email_frequency,
        user_rows.email_consent_at,
        user_rows.email_consent = 'subscribed' and user_rows.email_consent_at <= as_of.as_of as is_dated_consent
    from {{ ref('checked_users') }} as user_rows
    cross join {{ ref('stg_as_of') }} as as_of

),

-- one row says subscribed and another something else, unless all say when and consent came last
disagreeing as (

    select user_id
    from user_rows
    where user_id is not null
    group by user_id
    having
        count(distinct coalesce(email_consent, 'none')) > 1
        and max(case when email_consent = 'subscribed' then 1 else 0 end) = 1
        and not coalesce(
            count(*) = count(email_consent_at)
            and max(case when is_dated_consent then email_consent_at end)
            > max(case when coalesce(email_consent, 'none') <> 'subscribed' then email_consent_at end),
            false
        )

),

refusals as (

    select
        user_id,
        address_key,
        case email_consent when 'unsubscribed' then 'unsubscribed' else 'unknown_consent' end as reason,
        email_consent_at as refused_at
    from user_rows
    where email_consent in ('unsubscribed', 'unknown')
    union all
    select
        user_id,
        address_key,
        case email_frequency when 'paused' then 'paused' else 'unknown_frequency' end as reason,
        cast(null as timestamp) as refused_at
    from user_rows
    where email_frequency in ('paused', 'unknown')
    union all
    select
        user_id,
        cast(null as {{ dbt.type_string() }}) as address_key,
        'paused' as reason,
        chosen_at as refused_at
    from {{ ref('int_chosen_frequencies') }}
    where email_frequency = 'paused'
    union all
    select
        user_id,
        cast(null as {{ dbt.type_string() }}) as address_key,
        'conflicting_consent' as reason,
        cast(null as timestamp) as refused_at
    from disagreeing
    union all
    select
        user_id,
        cast(null as {{ dbt.type_string() }}) as address_key,
        outcome as reason,
        happened_at as refused_at
    from {{ ref('int_email_outcomes') }}
    where outcome <> 'mailed'

),

-- all addresses of the user, or that of the row itself, which may have no user_id
per_reason as (

    select
        coalesce(user_addresses.address_key, refusals.address_key) as address_key,
        refusals.reason,
        case when count(*) = count(refusals.refused_at) then max(refusals.refused_at) end as refused_at
    from refusals
    left join {{ ref('int_user_addresses') }} as user_addresses
        on refusals.user_id = user_addresses.user_id
    where coalesce(user_addresses.address_key, refusals.address_key) is not null
    group by coalesce(user_addresses.address_key, refusals.address_key), refusals.reason

),

consents as (

    select
        address_key,
        max(email_consent_at) as consented_at
    from user_rows
    where is_dated_consent
    group by address_key

)

select
    per_reason.address_key,
    per_reason.reason,
    case per_reason.reason
        {% for reason in reasons %}
            when '{{ reason }}' then {{ loop.index }}
        {% endfor %}
    end as reason_rank,
    per_reason.refused_at
from per_reason
left join consents
    on per_reason.address_key = consents.address_key
where
    per_reason.reason not in ('unsubscribed', 'unknown_consent')
    or per_reason.refused_at is null
    or consents.consented_at is null
    or consents.consented_at <= per_reason.refused_at
