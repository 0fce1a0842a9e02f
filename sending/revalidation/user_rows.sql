-- One row per row of the newer users, with the key of its address.
select
    *,
    case
        when $plus_tags_share_an_address then regexp_replace(email, '(.)[+][^@]*@', '\1@')
        else email
    end as address_key
from newer_users
