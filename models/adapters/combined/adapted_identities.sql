-- Two shops may say the same of an address.
{{ config(enabled=sources_of('identities') | length > 0) }}

with links as (

    {{ with_users_of_sources('identities', ['anonymous_id', 'linked_at']) }}

)

select
    anonymous_id,
    user_id,
    min(linked_at) as linked_at
from links
group by anonymous_id, user_id
