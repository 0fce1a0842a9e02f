-- The only row: how many addresses stand in domains that exist for examples alone, as the queue marks its emails.
select
    count(*) filter (
        where regexp_matches(lower(email), '@(.*[.])?example[.](com|net|org)$|[.](example|test)$')
    ) as synthetic_count,
    count(email) as address_count
from stg_users
