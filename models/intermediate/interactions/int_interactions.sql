with events as (

    select * from {{ ref('int_events') }}

),

event_weights as (

    select * from {{ ref('event_weights') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

weighted as (

    select
        events.user_id,
        events.item_id,
        events.event_type,
        events.is_gift,
        events.occurred_at,
        case when events.is_gift then 0 else event_weights.weight end
        * (1 + {{ var('dwell_bonus') }} * least(
            coalesce(events.dwell_seconds, 0) / {{ var('dwell_full_seconds') }}, 1
        )) as weight,
        {{ decay(
            age_in_days('events.occurred_at'), 'coalesce(event_weights.half_life_days, ' ~ var('half_life_days') ~ ')'
        ) }} as decay
    from events
    inner join event_weights
        on events.event_type = event_weights.event_type
    cross join as_of

)

select
    user_id,
    item_id,
    -- six decimals, summed exactly: the order of rows can't change a digit
    sum(cast(weight * decay as decimal(18, 6))) as interaction_weight,
    sum(cast(weight as decimal(18, 6))) as undecayed_weight,
    count(*) filter (where event_type = 'purchase' and not is_gift) as purchase_count,
    count(*) filter (where event_type = 'item_view') as view_count,
    count(*) filter (where event_type = 'cart_add') as cart_add_count,
    count(*) filter (where event_type = 'wishlist_add') as wishlist_add_count,
    count(*) filter (where event_type = 'email_click') as email_click_count,
    min(occurred_at) as first_interaction_at,
    max(occurred_at) as last_interaction_at,
    max(occurred_at) filter (where event_type = 'purchase') as last_purchased_at,
    max(occurred_at) filter (where event_type = 'item_view') as last_viewed_at,
    max(occurred_at) filter (where event_type = 'cart_add') as last_cart_added_at
from weighted
group by user_id, item_id
