-- One row per refusal and account: what an address said holds for every account of it.
with refusing_events as (

    select
        new_events.*,
        new_events.user_id in (select user_id from account_addresses) as names_a_known_user
    from new_events
    where new_events.outcome <> 'mailed'

),

-- whose a message is, for events that name nobody we know; of a campaign with one id for all nothing says who
addressees as (

    select *
    from (
        select message_id, user_id from newer_email_events
        union
        select message_id, user_id from email_queue
        union
        select message_id, user_id from known
    )
    where
        message_id in (select message_id from refusing_events where names_a_known_user is not true)
        and user_id is not null
    qualify count(*) over (partition by message_id) <= 5

),

refusing_users as (

    select
        case when names_a_known_user then refusing_events.user_id else addressees.user_id end as user_id,
        refusing_events.outcome as reason,
        refusing_events.occurred_at
    from refusing_events
    left join addressees
        on refusing_events.message_id = addressees.message_id
    union all
    select user_id, 'no_consent', null from changed_users where has_refused
    union all
    select user_id, 'paused', null from changed_users where has_paused

)

select
    accounts.user_id,
    refusing_users.reason,
    refusing_users.occurred_at
from refusing_users
inner join account_addresses as addresses
    on refusing_users.user_id = addresses.user_id
inner join account_addresses as accounts
    on addresses.address_key = accounts.address_key
union all
-- a row without an id says whose it is by its address
select
    accounts.user_id,
    case when changed_users.has_refused then 'no_consent' else 'paused' end as reason,
    null as occurred_at
from changed_users
inner join account_addresses as accounts
    on changed_users.address_key = accounts.address_key
where
    changed_users.has_refused
    or changed_users.has_paused
