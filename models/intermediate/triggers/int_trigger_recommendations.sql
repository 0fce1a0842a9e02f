-- Everybody's, every day of the user's own calendar; of who has been mailed today and can't be any more, tomorrow's. A
-- nightly run may be as of 00:30 on one night and of 23:30 on the next one, of the same day: by its date alone both
-- would ask for one digest, and a day would go without.
with mailed as (

    select
        user_id,
        max(happened_at) as last_mailed_at
    from {{ ref('int_email_outcomes') }}
    where outcome = 'mailed'
    group by user_id

),

dated as (

    select
        users.user_id,
        coalesce(users.country_code, '') as country_code,
        coalesce(users.timezone, 'UTC') as timezone,
        as_of.as_of,
        cast({{ local_time('as_of.as_of', "coalesce(users.timezone, 'UTC')") }} as date) as local_date,
        cast({{ local_time('mailed.last_mailed_at', "coalesce(users.timezone, 'UTC')") }} as date) as last_mailed_date
    from {{ ref('stg_users') }} as users
    cross join {{ ref('stg_as_of') }} as as_of
    left join mailed
        on users.user_id = mailed.user_id

),

open_days as (

    select distinct
        country_code,
        timezone,
        local_date
    from {{ ref('int_send_slots') }}
    where closed_by is null

)

select
    dated.user_id,
    cast(
        case
            when dated.last_mailed_date = dated.local_date and open_days.local_date is null
                then cast({{ dbt.dateadd('day', 1, 'dated.local_date') }} as date)
            else dated.local_date
        end as {{ dbt.type_string() }}
    ) as occasion,
    dated.as_of as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from dated
left join open_days
    on
        dated.country_code = open_days.country_code
        and dated.timezone = open_days.timezone
        and dated.local_date = open_days.local_date
