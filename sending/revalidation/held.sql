-- One row per message that must not go out, with the first reason why.
with mailed as (

    select distinct user_id
    from new_events
    where
        outcome = 'mailed'
        and occurred_at > $now - to_seconds($gap_seconds)
        and coalesce(message_id, '') not in (select message_id from known)

)

select
    waiting.message_id,
    min_by(reasons.reason, reasons.preference) as reason
from waiting
inner join (
    select user_id, 'erased' as reason, 1 as preference, null as trigger_type, null as occurred_at
    from newer_erasure_requests
    union all
    select waiting.user_id, 'erased', 2, null, null
    from waiting
    anti join account_addresses as accounts on waiting.user_id = accounts.user_id
    union all
    select waiting.user_id, 'address_changed', 3, null, null
    from waiting
    anti join newer_users as newer
        on waiting.user_id = newer.user_id and lower(waiting.email) = newer.email
    union all
    select user_id, 'no_consent', 4, null, null from changed_users where has_withdrawn
    union all
    select user_id, reason, 6, null, occurred_at from refusals
    union all
    select user_id, 'mailed_recently', 7, null, null from mailed
    union all
    select user_id, 'ordered_since', 8, unnest($ended_by_order::varchar[]), null
    from new_orders
    union all
    -- thanks for nothing
    select waiting.user_id, 'order_undone', 9, waiting.trigger_type, null
    from waiting
    inner join int_trigger_decisions as decisions
        on waiting.message_id = decisions.message_id
    inner join undone_orders
        on decisions.occasion = undone_orders.order_id
    where waiting.trigger_type = 'post_purchase'
) as reasons
    on
        waiting.user_id = reasons.user_id
        and waiting.trigger_type = coalesce(reasons.trigger_type, waiting.trigger_type)
        -- consent that is younger than an opt-out stands
        and (reasons.reason <> 'unsubscribed' or coalesce(waiting.consented_at <= reasons.occurred_at, true))
group by waiting.message_id
