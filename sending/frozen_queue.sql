-- One row per message of the queue: what the ledger keeps of it, where its email stands, and why it must not go out, if
-- so. Asked of the marts once more, since a queue of an earlier run may stand beside later decisions.

with places as (

    select
        message_id,
        user_id,
        placement,
        unnest(list_transform(item_lines, lambda line: line.place)) as place,
        unnest(list_transform(item_lines, lambda line: line.position)) as position
    from email_queue

),

shown as (

    select
        places.message_id,
        list(
            {
                'position': places.place,
                'item_id': lists.item_id,
                'propensity': lists.propensity,
                'strategy': lists.strategy
            }
            order by places.place
        ) as items
    from places
    inner join lists
        on
            places.user_id = lists.user_id
            and places.placement = lists.placement
            and places.position = lists.position
    group by places.message_id

),

-- the cap as the models have it, asked of the ledger: a build may not have read its events yet
caps as (

    select
        addresses.user_id,
        max(of_address.gap_days) as gap_days,
        max(known.handed_over_at) as mailed_at
    from int_user_addresses as addresses
    inner join int_user_addresses as of_address
        on addresses.address_key = of_address.address_key
    inner join known
        on addresses.address_key = known.address_key
    where known.state in ('handed_over', 'accepted', 'ambiguous', 'bounced')
    group by addresses.user_id

),

-- what another run's sender gave up nobody has, and it begins anew (Ledger.add_queued); a run's id begins with its time
states as (

    select
        known.message_id,
        case
            when
                known.state in (select unnest($given_up::varchar[]))
                and (
                    known.reason = $superseded
                    or (
                        known.run_id <> $run_id
                        and left(known.run_id, 19) <= strftime(email_queue.as_of, '%Y-%m-%dT%H:%M:%S')
                    )
                )
                then 'queued'
            else known.state
        end as state
    from known
    inner join email_queue
        on known.message_id = email_queue.message_id

),

faults as (

    select
        message_id,
        min(field) as field
    from set_aside
    group by message_id

)

select
    email_queue.message_id,
    email_queue.user_id,
    email_queue.email,
    email_queue.trigger_type,
    coalesce(email_queue.subject, '') as subject,
    email_queue.shop_name as sender_name,
    email_queue.offer.offer_name as offer_name,
    -- a host of nobody's, such as the demo's, for somebody who exists
    not email_queue.is_synthetic
    and not regexp_matches(lower(trim(email_queue.email)), $hosts_of_nobody)
    and regexp_matches(split_part(lower(email_queue.unsubscribe_url), '/', 3), $hosts_of_nobody) as leads_nowhere,
    split_part(lower(trim(email_queue.email)), '@', -1) as domain,
    coalesce(shown.items, []) as items,
    rendered.part,
    rendered.row_group,
    email_queue.as_of,
    -- as int_address_refusals has it: a date to come undoes no opt-out
    case when users.email_consent_at <= email_queue.as_of then users.email_consent_at end as consented_at,
    email_queue.send_at,
    email_queue.expires_at,
    case
        when users.user_id is null or email_queue.user_id in (select user_id from erased) then 'erased'
        when lower(users.email) is distinct from lower(email_queue.email) then 'address_changed'
        when decisions.decision is distinct from 'send' then coalesce(decisions.reason, 'no_decision')
        -- days of the user's calendar
        when
            date_diff(
                'day',
                cast(timezone(coalesce(users.timezone, 'UTC'), caps.mailed_at at time zone 'UTC') as date),
                cast(timezone(coalesce(users.timezone, 'UTC'), greatest(email_queue.send_at, $now) at time zone 'UTC') as date)
            ) < caps.gap_days
            then 'mailed_recently'
        when faults.field is not null then 'not_rendered: ' || faults.field
    end as drop_reason,
    states.state as known_state
from email_queue
left join stg_users as users
    on email_queue.user_id = users.user_id
left join send_decisions as decisions
    on email_queue.user_id = decisions.user_id
left join shown
    on email_queue.message_id = shown.message_id
left join rendered
    on email_queue.message_id = rendered.message_id
left join states
    on email_queue.message_id = states.message_id
left join caps
    on
        email_queue.user_id = caps.user_id
        and coalesce(states.state, 'queued') in ('queued', 'rendered')
left join faults
    on email_queue.message_id = faults.message_id
