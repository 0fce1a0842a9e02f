with users as (

    select * from {{ ref('stg_users') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

orders_per_user as (

    select
        user_id,
        count(distinct order_id) as order_count,
        sum(net_amount) as net_amount,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from purchases
    group by user_id

),

interactions_per_user as (

    select
        user_id,
        count(*) as item_count,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from interactions
    group by user_id

)

select
    users.user_id,
    coalesce(interactions_per_user.item_count, 0) as item_count,
    coalesce(orders_per_user.order_count, 0) as order_count,
    cast(coalesce(orders_per_user.net_amount, 0) as decimal(18, 4)) as net_amount,
    orders_per_user.first_ordered_at,
    orders_per_user.last_ordered_at,
    -- an order stays one even where history is forgotten
    least(orders_per_user.first_ordered_at, interactions_per_user.first_interaction_at) as first_interaction_at,
    greatest(orders_per_user.last_ordered_at, interactions_per_user.last_interaction_at) as last_interaction_at
from users
left join orders_per_user
    on users.user_id = orders_per_user.user_id
left join interactions_per_user
    on users.user_id = interactions_per_user.user_id
