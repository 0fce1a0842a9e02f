with days as (

    select * from {{ ref('int_daily_interactions') }}

),

event_weights as (

    select * from {{ ref('event_weights') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

decayed as (

    select
        days.*,
        cast(
            days.day_end_weight
            * {{ decay(
                age_in_days(day_end('days.event_date')), 'coalesce(event_weights.half_life_days, ' ~ var('half_life_days') ~ ')'
            ) }}
            as decimal(18, 6)
        ) as weight
    from days
    inner join event_weights
        on days.event_type = event_weights.event_type
    cross join as_of

)

select
    user_id,
    item_id,
    sum(weight) as interaction_weight,
    sum(undecayed_weight) as undecayed_weight,
    {% for event_type, column in [
        ('purchase', 'purchase_count'), ('item_view', 'view_count'), ('cart_add', 'cart_add_count')
    ] %}
        cast(coalesce(sum(event_count - gift_count) filter (where event_type = '{{ event_type }}'), 0) as bigint)
            as {{ column }},
    {% endfor %}
    min(first_at) as first_interaction_at,
    max(last_at) as last_interaction_at,
    max(last_at) filter (where event_type = 'purchase') as last_purchased_at,
    max(last_at) filter (where event_type = 'item_view') as last_viewed_at,
    max(last_at) filter (where event_type in ('item_view', 'wishlist_add')) as last_looked_at,
    max(last_at) filter (where event_type in ('item_view', 'wishlist_add', 'cart_add')) as last_wanted_at,
    max(last_at) filter (where event_type = 'cart_add') as last_cart_added_at
from decayed
group by user_id, item_id
