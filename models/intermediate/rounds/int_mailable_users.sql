-- A user is mailed when there has been no mail for as long as the user's frequency says: counted in the user's calendar
-- days, as int_send_decisions does, to the latest day on which this run's mail may go out. What speaks against an email
-- beside that is not asked here.
with mailed as (

    select
        user_id,
        max(happened_at) as last_mailed_at
    from {{ ref('int_email_outcomes') }}
    where outcome = 'mailed'
    group by user_id

),

delays as (

    select coalesce(max(send_delay_hours), 0) as send_delay_hours
    from {{ ref('int_experiment_arms') }}
    where is_running

),

-- an arm may have an email wait before its hour is looked for (int_send_times)
latest as (

    select max(triggers.shelf_life_hours + delays.send_delay_hours) as hours_ahead
    from {{ ref('triggers') }} as triggers
    cross join delays

),

users as (

    select
        users.user_id,
        coalesce(users.timezone, 'UTC') as timezone,
        max(addresses.gap_days) as gap_days
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_user_addresses') }} as addresses
        on users.user_id = addresses.user_id
    where users.email_consent = 'subscribed'
    group by users.user_id, coalesce(users.timezone, 'UTC')

),

dated as (

    select
        users.user_id,
        users.gap_days,
        cast({{ local_time('mailed.last_mailed_at', 'users.timezone') }} as date) as last_mailed_date,
        cast({{ local_time(dbt.dateadd('hour', 'latest.hours_ahead', 'as_of.as_of'), 'users.timezone') }} as date)
            as mailed_date
    from users
    cross join {{ ref('stg_as_of') }} as as_of
    cross join latest
    left join mailed
        on users.user_id = mailed.user_id

)

select user_id
from dated
where
    last_mailed_date is null
    or {{ days_between('last_mailed_date', 'mailed_date') }} >= gap_days
