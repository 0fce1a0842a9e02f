-- The first failing reason counts, in the order of the case.
with candidate_items as (

    select
        user_id,
        item_id,
        -- what users chose themselves is not too dear for them
        max(case when strategy in ('buy_again', 'left_in_cart', 'recently_viewed') then 1 else 0 end) = 1 as is_chosen
    from {{ ref('int_candidates') }}
    group by user_id, item_id

),

items as (

    select
        availability.item_id,
        availability.unavailable_reason,
        items.category,
        lower(items.season) as season,
        content_items.price_share
    from {{ ref('int_item_availability') }} as availability
    inner join {{ ref('stg_items') }} as items
        on availability.item_id = items.item_id
    left join {{ ref('int_content_items') }} as content_items
        on availability.item_id = content_items.item_id

),

-- a season that the calendar does not know says nothing
known_seasons as (

    select season as season_name from {{ ref('seasons') }}
    union
    select trim(split_element) as season_name
    from {{ ref('seasons') }} as seasons
    {{ unnest_split('seasons.other_names', '|') }}

),

users_in_season as (

    select distinct
        users.user_id,
        lower(seasons.season_name) as season_name
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_local_seasons') }} as seasons
        on
            coalesce(users.country_code, '') = coalesce(seasons.country_code, '')
            and coalesce(users.timezone, '') = coalesce(seasons.timezone, '')

),

recent_items as (

    select * from {{ ref('int_user_recent_items') }}

),

tired_of as (

    select * from {{ ref('int_user_shown_items') }}

),

price_limits as (

    select * from {{ ref('int_user_price_limits') }}

),

category_factors as (

    select * from {{ ref('int_user_category_factors') }}

)

select
    candidate_items.user_id,
    candidate_items.item_id,
    coalesce(
        items.unavailable_reason,
        case
            when known_seasons.season_name is not null and users_in_season.user_id is null then 'out_of_season'
            when recent_items.item_id is not null then 'bought_recently'
            when tired_of.item_id is not null then 'shown_without_click'
            when
                not candidate_items.is_chosen
                and (
                    items.price_share < price_limits.price_share_min
                    or items.price_share > price_limits.price_share_max
                )
                then 'out_of_price_band'
            when category_factors.category_factor = 0 then 'blocked_by_rule'
        end
    ) as ineligible_reason
from candidate_items
inner join items
    on candidate_items.item_id = items.item_id
left join known_seasons
    on items.season = lower(known_seasons.season_name)
left join users_in_season
    on
        candidate_items.user_id = users_in_season.user_id
        and items.season = users_in_season.season_name
left join recent_items
    on
        candidate_items.user_id = recent_items.user_id
        and candidate_items.item_id = recent_items.item_id
left join tired_of
    on
        candidate_items.user_id = tired_of.user_id
        and candidate_items.item_id = tired_of.item_id
left join price_limits
    on candidate_items.user_id = price_limits.user_id
left join category_factors
    on
        candidate_items.user_id = category_factors.user_id
        and items.category = category_factors.category
