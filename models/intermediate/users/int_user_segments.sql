-- Three schemes, each user in exactly one segment of each. VIP are at most `vip_share` of the buyers: equal spenders
-- whose inclusion would make them more are all left out, since being VIP is costly to the shop.
with activity as (

    select * from {{ ref('int_user_activity') }}

),

rfm as (

    select
        *,
        cume_dist() over (order by monetary_amount desc) as spender_share
    from {{ ref('int_user_rfm') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

segments as (

    select
        activity.user_id,
        case
            when activity.item_count = 0 and activity.order_count = 0 then 'new'
            when
                activity.last_interaction_at
                < {{ dbt.dateadd('day', -1 * var('inactive_after_days'), 'as_of.as_of') }}
                then 'inactive'
            when activity.order_count = 0 then 'browser'
            when activity.order_count = 1 then 'first_time_buyer'
            else 'repeat_buyer'
        end as segment,
        coalesce(activity.net_amount > 0, false) as has_spent,
        activity.order_count
    from activity
    cross join as_of

)

select
    segments.user_id,
    segments.segment,
    case
        when segments.segment = 'inactive' then 'lapsed'
        when segments.order_count = 0 then 'new'
        when rfm.rfm_group in ('champions', 'loyal') then 'loyal'
        else 'active'
    end as lifecycle_stage,
    case
        when not segments.has_spent then 'none'
        when rfm.spender_share <= {{ var('vip_share') }} then 'vip'
        when rfm.spender_share <= {{ var('high_value_share') }} then 'high_value'
        else 'standard'
    end as value_tier
from segments
left join rfm
    on segments.user_id = rfm.user_id
