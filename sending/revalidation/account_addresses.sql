-- One row per user and address.
select distinct
    user_id,
    address_key
from user_rows
where user_id is not null
