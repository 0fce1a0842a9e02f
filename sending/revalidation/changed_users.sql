-- One row per user, or address of rows without a user, whose address, consent or frequency is another one than the build
-- read. Of several rows each one counts, and what can't be read is no; an address that never said yes said no no.
select
    newer.user_id,
    case when newer.user_id is null then newer.address_key end as address_key,
    bool_or(coalesce(lower(trim(newer.email_consent)), '') <> 'subscribed') as has_withdrawn,
    bool_or(lower(trim(newer.email_consent)) not in ('subscribed', 'never_subscribed', '')) as has_refused,
    bool_or(lower(trim(newer.email_frequency)) not in ('daily', 'weekly', 'monthly', '')) as has_paused
from user_rows as newer
anti join built_users as built
    on
        newer.user_id is not distinct from built.user_id
        and newer.email is not distinct from built.email
        and lower(trim(newer.email_consent)) is not distinct from lower(trim(built.email_consent))
        and lower(trim(newer.email_frequency)) is not distinct from lower(trim(built.email_frequency))
group by newer.user_id, case when newer.user_id is null then newer.address_key end
