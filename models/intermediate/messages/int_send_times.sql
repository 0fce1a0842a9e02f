-- A message goes out at the first hour that is open where the reader lives, after what the arm of an experiment has it
-- wait; one that may wait, as near as that gets to the hour of the reader's arm. What no hour is open for within its
-- shelf life is held.
{% set hours = {'morning': 9, 'evening': 19} %}
with messages as (

    select
        chosen.user_id,
        coalesce(users.country_code, '') as country_code,
        coalesce(users.timezone, 'UTC') as timezone,
        triggers.shelf_life_hours,
        case when triggers.waits_for_best_hour then {{ send_time_arm('chosen.user_id') }} end as send_time_arm,
        best_hours.best_hour,
        coalesce(arms.send_delay_hours, 0) as send_delay_hours
    from {{ ref('int_chosen_triggers') }} as chosen
    inner join {{ ref('stg_users') }} as users
        on chosen.user_id = users.user_id
    inner join {{ ref('triggers') }} as triggers
        on chosen.trigger_type = triggers.trigger_type
    left join {{ ref('int_user_best_hours') }} as best_hours
        on chosen.user_id = best_hours.user_id
    left join {{ ref('int_message_arms') }} as arms
        on chosen.user_id = arms.user_id

),

-- -1 is any hour
aimed as (

    select
        *,
        case
            when send_time_arm = 'best_hour' then coalesce(best_hour, -1)
            {% for arm, hour in hours.items() %}
                when send_time_arm = '{{ arm }}' then {{ hour }}
            {% endfor %}
            else -1
        end as aimed_hour
    from messages

),

-- one for all messages that have the same choice
aims as (

    select distinct
        country_code,
        timezone,
        shelf_life_hours,
        send_delay_hours,
        aimed_hour
    from aimed

),

found as (

    select
        aims.*,
        case when slots.closed_by is null then slots.send_at end as send_at,
        slots.closed_by
    from aims
    cross join {{ ref('stg_as_of') }} as as_of
    inner join {{ ref('int_send_slots') }} as slots
        on
            aims.country_code = slots.country_code
            and aims.timezone = slots.timezone
            and slots.send_at >= {{ dbt.dateadd('hour', 'aims.send_delay_hours', 'as_of.as_of') }}
            and slots.send_at
            < {{ dbt.dateadd('hour', 'aims.send_delay_hours + aims.shelf_life_hours', 'as_of.as_of') }}
    qualify row_number() over (
        partition by
            aims.country_code, aims.timezone, aims.shelf_life_hours, aims.send_delay_hours, aims.aimed_hour
        order by
            case slots.closed_by when 'blackout_day' then 1 when 'quiet_hours' then 2 else 0 end,
            case when aims.aimed_hour >= 0 then abs(slots.local_hour - aims.aimed_hour) end,
            slots.send_at
    ) = 1

)

select
    aimed.user_id,
    aimed.send_time_arm,
    found.send_at,
    {{ dbt.dateadd('hour', 'aimed.shelf_life_hours', 'found.send_at') }} as expires_at,
    found.closed_by
from aimed
inner join found
    on
        aimed.country_code = found.country_code
        and aimed.timezone = found.timezone
        and aimed.shelf_life_hours = found.shelf_life_hours
        and aimed.send_delay_hours = found.send_delay_hours
        and aimed.aimed_hour = found.aimed_hour
