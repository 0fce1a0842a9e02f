-- One row per user whom a feed may name, as the platform's rule is: whoever agreed to ads, or everybody who did not say
-- no. Those who were erased are in no table of staging. An id that is an address names somebody to any reader.
with refusals as (

    select
        user_id,
        regexp_replace(lower(email), '[+][^@]*@', '@') as address
    from checked_users
    where not ads_consent

),

agreed as (

    select user_id from int_channel_consents
    where
        ads_refusal is null
        or ads_refusal = 'another_account_stands_for_it'

)

select users.user_id
from stg_users as users
left join agreed
    on users.user_id = agreed.user_id
where
    users.user_id not like '%@%'
    and length(users.user_id) <= 128
    and (agreed.user_id is not null or $without_answer)
    and users.user_id not in (select refusals.user_id from refusals where refusals.user_id is not null)
    and coalesce(
        regexp_replace(lower(users.email), '[+][^@]*@', '@')
        not in (select refusals.address from refusals where refusals.address is not null),
        true
    )
