-- A device that several users were linked to belongs, at each moment, to the one linked last before it, and before
-- the first link to the first. A device of too many users says nothing about any of them: it stays apart.
with links as (

    select * from {{ ref('stg_identities') }}
    qualify count(*) over (partition by anonymous_id) <= {{ var('device_users_max') }}

)

select
    anonymous_id,
    user_id,
    case
        when row_number() over (partition by anonymous_id order by linked_at, user_id) = 1
            then cast('1900-01-01' as timestamp)
        else linked_at
    end as linked_from,
    coalesce(
        lead(linked_at) over (partition by anonymous_id order by linked_at, user_id),
        cast('9999-12-31' as timestamp)
    ) as linked_until
from links
