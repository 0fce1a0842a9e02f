-- One row per user and address.
select distinct
    user_id,
    case
        when $plus_tags_share_an_address then regexp_replace(email, '(.)[+][^@]*@', '\1@')
        else email
    end as address_key
from newer_users
where user_id is not null
