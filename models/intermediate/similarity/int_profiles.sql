-- A profile is the set of items that one basket or one user puts together. Its newest items count, up to a cap,
-- since pairs grow with its square; its pairs weigh 1 / (its items), so that a buyer of everything says little.
with purchases as (

    select * from {{ ref('int_purchases') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

memberships as (

    select
        'bought_together' as context,
        order_id as profile_id,
        item_id,
        max(ordered_at) as last_at
    from purchases
    group by order_id, item_id
    union all
    select
        'also_bought' as context,
        user_id as profile_id,
        item_id,
        last_purchased_at as last_at
    from interactions
    where purchase_count > 0
    union all
    select
        'also_viewed' as context,
        user_id as profile_id,
        item_id,
        last_viewed_at as last_at
    from interactions
    where view_count > 0

),

capped as (

    select
        context,
        profile_id,
        item_id
    from memberships
    qualify row_number() over (
        partition by context, profile_id
        order by last_at desc, item_id
    ) <= {{ var('profile_items_max') }}

)

select
    context,
    profile_id,
    item_id,
    -- twelve decimals, summed exactly
    cast(1.0 / count(*) over (partition by context, profile_id) as decimal(18, 12)) as profile_weight
from capped
