-- For each user the live offers for what the user buys, those a rule or an arm of an experiment names, and the few best
-- ones for anybody. The number of orders until the offer ends is taken as Poisson, its rate starting from all buyers'
-- over `prior_days` and moving to the user's own, as amounts do from the scope's average.
{% set prior_days = 90 %}  {#- of the average buyer's orders -#}
{% set prior_orders = 2 %}  {#- of average amount -#}
{% set generic_offers_max = 5 %}  {#- best offers for anybody that each user is considered for: cost grows with it -#}
{% set offered = 'least(purchase_probability * lift, 1)' %}

with users as (

    select
        features.user_id,
        -- how far the user has come, whether active or not
        case
            when features.value_tier = 'vip' then 5
            when features.value_tier = 'high_value' then 4
            when features.order_count >= 2 then 3
            when features.order_count = 1 then 2
            when features.item_count > 0 then 1
            else 0
        end as user_rank,
        case
            when features.first_ordered_at is not null then {{ age_in_days('features.first_ordered_at') }}
            else 0
        end as buyer_days
    from {{ ref('int_user_features') }} as features
    cross join {{ ref('stg_as_of') }} as as_of

),

offers as (

    select
        offers.*,
        scopes.orders_per_day,
        scopes.average_amount,
        scopes.margin_share,
        scopes.redemption_factor * (1 + {{ var('offer_lift_per_discount') }} * offers.discount_share) as lift,
        least(greatest(0 - {{ age_in_days('offers.ends_at') }}, 0), {{ var('offer_horizon_days') }}) as horizon_days
    from {{ ref('int_offers') }} as offers
    cross join {{ ref('stg_as_of') }} as as_of
    inner join {{ ref('int_offer_scopes') }} as scopes
        on offers.scope = scopes.scope
    where
        offers.is_live
        and offers.minimum_rank is not null

),

generic_offers as (

    select offer_id from offers
    qualify row_number() over (
        partition by minimum_rank
        order by
            round(orders_per_day * horizon_days * lift * average_amount * (margin_share - discount_share), 9) desc,
            offer_id
    ) <= {{ generic_offers_max }}

),

orders as (

    select
        user_id,
        scope,
        count(*) as order_count,
        cast(sum(net_amount) as double) as net_amount
    from {{ ref('int_offer_orders') }}
    group by user_id, scope

),

pairs as (

    select
        orders.user_id,
        offers.offer_id
    from orders
    inner join offers
        on orders.scope = offers.scope
    union
    select
        users.user_id,
        generic_offers.offer_id
    from users
    cross join generic_offers
    union
    select
        user_id,
        effect_value as offer_id
    from {{ ref('int_user_rules') }}
    where effect = 'offer'
    union
    select
        experiment_users.user_id,
        arms.offer as offer_id
    from {{ ref('int_experiment_users') }} as experiment_users
    inner join {{ ref('int_experiment_arms') }} as arms
        on
            experiment_users.experiment = arms.experiment
            and experiment_users.arm = arms.arm
    where
        arms.is_running
        and arms.offer is not null

),

estimated as (

    select
        pairs.user_id,
        pairs.offer_id,
        offers.discount_share,
        offers.margin_share,
        offers.lift,
        (coalesce(orders.net_amount, 0) + {{ prior_orders }} * offers.average_amount)
        / (coalesce(orders.order_count, 0) + {{ prior_orders }}) as order_amount,
        1 - exp(-cast(
            offers.horizon_days * (coalesce(orders.order_count, 0) + {{ prior_days }} * offers.orders_per_day)
            / (users.buyer_days + {{ prior_days }})
            as double
        )) as purchase_probability
    from pairs
    inner join users
        on pairs.user_id = users.user_id
    inner join offers
        on pairs.offer_id = offers.offer_id
    left join orders
        on
            pairs.user_id = orders.user_id
            and offers.scope = orders.scope
    where users.user_rank >= offers.minimum_rank

)

select
    user_id,
    offer_id,
    round(purchase_probability, 9) as purchase_probability,
    round({{ offered }}, 9) as offer_purchase_probability,
    round(order_amount, 4) as order_amount,
    round({{ offered }} * order_amount * discount_share, 6) as discount_cost,
    round({{ offered }} * order_amount * (margin_share - discount_share), 6) as expected_margin,
    round(
        {{ offered }} * order_amount * (margin_share - discount_share)
        - purchase_probability * order_amount * margin_share,
        6
    ) as incremental_margin
from estimated
