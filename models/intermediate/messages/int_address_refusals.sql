-- Who shares an address shares its mailbox: what one account refuses is refused for all. Where rows can't be read or
-- disagree, the answer is no.
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

user_addresses as (

    select * from {{ ref('int_user_addresses') }}

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
        'unsubscribed' as reason,
        email_consent_at as refused_at
    from user_rows
    where email_consent = 'unsubscribed'
    union all
    select
        user_id,
        address_key,
        'unknown_consent' as reason,
        email_consent_at as refused_at
    from user_rows
    where email_consent = 'unknown'
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

-- the address of the row itself, which may have no user_id, and all of its user's
refusals_of_addresses as (

    select
        address_key,
        reason,
        refused_at
    from refusals
    where address_key is not null
    union all
    select
        user_addresses.address_key,
        refusals.reason,
        refusals.refused_at
    from refusals
    inner join user_addresses
        on refusals.user_id = user_addresses.user_id

),

per_reason as (

    select
        address_key,
        reason,
        case when count(*) = count(refused_at) then max(refused_at) end as refused_at
    from refusals_of_addresses
    group by address_key, reason

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
        when 'unsubscribed' then 1
        when 'complained' then 2
        when 'bounced' then 3
        when 'unknown_event' then 4
        when 'unknown_consent' then 5
        when 'conflicting_consent' then 6
        when 'paused' then 7
        else 8
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
