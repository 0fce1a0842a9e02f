-- What followed a past cut, beside what went before it: labels and baselines of training. No rows in an everyday build,
-- which looks at no past cut.
{% set horizons = [30, 90, 180, 365, var('churn_days')] | unique | list %}

with horizons as (

    {% for days in horizons %}
        select {{ days }} as horizon_days
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

buyers as (

    select
        snapshots.cut_number,
        snapshots.user_id,
        horizons.horizon_days,
        snapshots.cut_at
    from {{ ref('int_user_snapshots') }} as snapshots
    cross join horizons
    cross join {{ ref('stg_as_of') }} as as_of
    where
        snapshots.cut_number > 0
        -- only what is over by now is an outcome
        and {{ dbt.dateadd('day', 'horizons.horizon_days', 'snapshots.cut_at') }} <= as_of.as_of

)

select
    buyers.cut_number,
    buyers.user_id,
    buyers.horizon_days,
    count(*) filter (where orders.ordered_at > buyers.cut_at) as order_count,
    cast(coalesce(sum(orders.net_amount) filter (where orders.ordered_at > buyers.cut_at), 0) as decimal(18, 4))
        as net_amount,
    cast(coalesce(sum(orders.net_amount) filter (where orders.ordered_at <= buyers.cut_at), 0) as decimal(18, 4))
        as previous_amount,
    buyers.cut_at
from buyers
left join {{ ref('int_user_orders') }} as orders
    on
        buyers.user_id = orders.user_id
        and orders.ordered_at > {{ dbt.dateadd('day', '-1 * buyers.horizon_days', 'buyers.cut_at') }}
        and orders.ordered_at <= {{ dbt.dateadd('day', 'buyers.horizon_days', 'buyers.cut_at') }}
group by buyers.cut_number, buyers.user_id, buyers.horizon_days, buyers.cut_at
