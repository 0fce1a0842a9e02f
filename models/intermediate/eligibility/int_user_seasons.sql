select distinct
    user_keys.user_key,
    lower(seasons.season_name) as season
from {{ ref('stg_users') }} as users
inner join {{ ref('int_user_keys') }} as user_keys
    on users.user_id = user_keys.user_id
inner join {{ ref('int_local_seasons') }} as seasons
    on
        coalesce(users.country_code, '') = coalesce(seasons.country_code, '')
        and coalesce(users.timezone, '') = coalesce(seasons.timezone, '')
