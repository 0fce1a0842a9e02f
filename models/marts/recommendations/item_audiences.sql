-- Users to whom something of the audience's target may be shown and is proposed at all, the likeliest first, until what
-- they are expected to order comes to the stock of the target. One pass over scored candidates, no cross join.
with targets as (

    select * from {{ ref('int_audience_items') }}

),

-- held for consent, address, cap or holdout: in no audience
mailable as (

    select
        user_keys.user_key,
        user_keys.user_id,
        user_keys.user_number
    from {{ ref('int_send_decisions') }} as decisions
    inner join {{ ref('int_user_keys') }} as user_keys
        on decisions.user_id = user_keys.user_id
    where decisions.decision = 'send'

),

bought as (

    select
        targets.audience,
        interactions.user_id,
        sum(interactions.purchase_count) as purchase_count,
        max(interactions.last_purchased_at) as last_purchased_at
    from {{ ref('int_interactions') }} as interactions
    inner join targets
        on interactions.item_id = targets.item_id
    where interactions.purchase_count > 0
    group by targets.audience, interactions.user_id

),

wanted as (

    select
        targets.audience,
        scored.user_key,
        scored.purchase_probability,
        -targets.item_number as item_order,
        targets.item_id
    from {{ ref('int_scored_candidates') }} as scored
    inner join targets
        on scored.item_key = targets.item_key

),

-- one of several items is bought with the probability that not none is; the likeliest stands for them
candidates as (

    select
        audience,
        user_key,
        max({{ ordered_struct(['purchase_probability', 'item_order', 'item_id']) }}).item_id as item_id,
        1 - exp(cast(
            sum(cast(ln(greatest(1 - purchase_probability, 1e-12)) as decimal(18, 12))) as double
        )) as propensity
    from wanted
    group by audience, user_key

),

audiences as (

    select distinct
        audience,
        buyers,
        users_max,
        servable_units
    from targets

),

ranked as (

    select
        candidates.audience,
        mailable.user_id,
        mailable.user_number,
        candidates.item_id,
        audiences.users_max,
        audiences.servable_units,
        cast(round(candidates.propensity, 9) as decimal(18, 9)) as propensity,
        coalesce(bought.purchase_count, 0) as purchase_count,
        bought.last_purchased_at
    from candidates
    inner join audiences
        on candidates.audience = audiences.audience
    inner join mailable
        on candidates.user_key = mailable.user_key
    left join bought
        on
            candidates.audience = bought.audience
            and mailable.user_id = bought.user_id
    where
        audiences.buyers = 'all'
        or (audiences.buyers = 'new') = (bought.user_id is null)

),

queued as (

    select
        *,
        row_number() over likeliest_first as audience_rank,
        sum(propensity) over likeliest_first as expected_orders
    from ranked
    window
        likeliest_first as (
            partition by audience
            order by propensity desc, user_number
            rows between unbounded preceding and current row
        )

)

select
    queued.audience,
    queued.user_id,
    cast(queued.audience_rank as integer) as audience_rank,
    queued.item_id,
    cast(queued.propensity as double) as propensity,
    cast(queued.expected_orders as double) as expected_orders,
    cast(queued.purchase_count as bigint) as purchase_count,
    queued.last_purchased_at,
    as_of.as_of
from queued
cross join {{ ref('stg_as_of') }} as as_of
where
    queued.audience_rank <= coalesce(queued.users_max, queued.audience_rank)
    -- one at least, where there is any stock
    and (queued.servable_units is null or queued.expected_orders - queued.propensity < queued.servable_units)
