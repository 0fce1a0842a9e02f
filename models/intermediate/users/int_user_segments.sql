with activity as (

    select * from {{ ref('int_user_activity') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

)

select
    activity.user_id,
    case
        when activity.item_count = 0 then 'new'
        when
            activity.last_interaction_at
            < {{ dbt.dateadd('day', -1 * var('inactive_after_days'), 'as_of.as_of') }}
            then 'inactive'
        when activity.order_count = 0 then 'browser'
        when activity.order_count = 1 then 'first_time_buyer'
        else 'repeat_buyer'
    end as segment
from activity
cross join as_of
