-- Each channel has a consent of its own, and a no outweighs any yes: of another row of the user, and of another account
-- with the address or number. Of several accounts that share one, the first who may be reached stands for it.
with users as (

    select
        *,
        {{ address_key('email') }} as address_key
    from {{ ref('stg_users') }}

),

user_rows as (

    select
        user_id,
        {{ address_key('email') }} as address_key,
        phone,
        sms_consent,
        ads_consent
    from {{ ref('checked_users') }}

),

agreed as (

    select
        user_id,
        min(case when sms_consent then 1 else 0 end) = 1 as has_sms_consent,
        min(case when ads_consent then 1 else 0 end) = 1 as has_ads_consent
    from user_rows
    where user_id is not null
    group by user_id

),

refused_phones as (

    select distinct phone from user_rows
    where
        not sms_consent
        and phone is not null

),

refused_addresses as (

    select distinct address_key from user_rows
    where
        not ads_consent
        and address_key is not null

),

email_refusals as (

    select
        address_key,
        reason
    from {{ ref('int_address_refusals') }}
    qualify row_number() over (partition by address_key order by reason_rank) = 1

),

reasons as (

    select
        users.user_id,
        users.address_key,
        users.email,
        users.phone,
        case
            when users.address_key is null then 'no_valid_email'
            when coalesce(users.email_consent, '') not in ('subscribed', 'unknown') then 'no_consent'
            when email_refusals.reason is not null then email_refusals.reason
            when users.email_consent = 'unknown' then 'unknown_consent'
        end as email_refusal,
        case
            when users.phone is null then 'no_valid_phone'
            when not agreed.has_sms_consent then 'no_consent'
            when refused_phones.phone is not null then 'refused_by_another_account'
        end as sms_refusal,
        case
            when users.address_key is null then 'no_valid_email'
            when not agreed.has_ads_consent then 'no_consent'
            when refused_addresses.address_key is not null then 'refused_by_another_account'
        end as ads_refusal
    from users
    inner join agreed
        on users.user_id = agreed.user_id
    left join email_refusals
        on users.address_key = email_refusals.address_key
    left join refused_phones
        on users.phone = refused_phones.phone
    left join refused_addresses
        on users.address_key = refused_addresses.address_key

)

select
    user_id,
    email,
    {% for channel, identity in [('email', 'address_key'), ('sms', 'phone'), ('ads', 'address_key')] %}
        coalesce(
            {{ channel }}_refusal,
            case
                when row_number() over (
                    partition by {{ identity }}
                    order by case when {{ channel }}_refusal is null then 0 else 1 end, user_id
                ) > 1 then 'another_account_stands_for_it'
            end
        ) as {{ channel }}_refusal,
    {% endfor %}
    phone
from reasons
