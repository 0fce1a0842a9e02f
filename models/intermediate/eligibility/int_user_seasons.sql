with users as (

    select
        user_keys.user_key,
        calendars.season_names
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_user_keys') }} as user_keys
        on users.user_id = user_keys.user_id
    inner join {{ ref('int_local_calendars') }} as calendars
        on
            users.country_code is not distinct from calendars.country_code
            and users.timezone is not distinct from calendars.timezone

)

select distinct
    users.user_key,
    lower(trim(split_element)) as season
from users
{{ unnest_split('users.season_names', '|') }}
