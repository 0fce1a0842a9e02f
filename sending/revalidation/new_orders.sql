-- One row per order since the build, whatever became of it: who ordered anything has decided, as in int_due_triggers.
select
    orders.order_id,
    coalesce(orders.user_id, identities.user_id) as user_id
from newer_orders as orders
left join stg_identities as identities
    on orders.anonymous_id = identities.anonymous_id
left join built_orders
    on orders.order_id = built_orders.order_id
cross join (select max(as_of) as as_of from waiting) as run
where
    try_cast(orders.ordered_at as timestamp) <= $now
    and (
        built_orders.order_id is null
        or try_cast(orders.ordered_at as timestamp) > run.as_of
    )
