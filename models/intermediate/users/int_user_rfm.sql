-- A score counts how many of the cuts at 20, 40, 60 and 80 % of the buyers lie at or below the user's share of
-- buyers who are strictly worse, plus 1: equal values always get equal scores, and nobody is split by a tie-break.
-- Of the rules in seed rfm_groups that fit the scores, the one with the smallest priority names the group.
with buyers as (

    select
        activity.user_id,
        activity.order_count as frequency,
        activity.net_amount as monetary_amount,
        {{ age_days('activity.last_ordered_at') }} as recency_days
    from {{ ref('int_user_activity') }} as activity
    cross join {{ ref('stg_as_of') }} as as_of
    where activity.order_count > 0

),

ranked as (

    select
        *,
        percent_rank() over (order by recency_days desc) as recency_share,
        percent_rank() over (order by frequency) as frequency_share,
        percent_rank() over (order by monetary_amount) as monetary_share
    from buyers

),

scored as (

    select
        user_id,
        recency_days,
        frequency,
        monetary_amount,
        {{ quintile_score('recency_share') }} as recency_score,
        {{ quintile_score('frequency_share') }} as frequency_score,
        {{ quintile_score('monetary_share') }} as monetary_score
    from ranked

)

select
    scored.user_id,
    rfm_groups.rfm_group,
    scored.recency_days,
    scored.frequency,
    scored.monetary_amount,
    scored.recency_score,
    scored.frequency_score,
    scored.monetary_score
from scored
left join {{ ref('rfm_groups') }} as rfm_groups
    on
        scored.recency_score between rfm_groups.recency_min and rfm_groups.recency_max
        and scored.frequency_score between rfm_groups.frequency_min and rfm_groups.frequency_max
        and scored.monetary_score between rfm_groups.monetary_min and rfm_groups.monetary_max
qualify row_number() over (partition by scored.user_id order by rfm_groups.priority) = 1
