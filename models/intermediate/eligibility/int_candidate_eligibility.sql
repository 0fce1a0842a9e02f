-- The first failing reason counts, in the order of the case. In ranges of users, as all that follows.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_candidate_users', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with proposed as (

    select
        user_key,
        item_key,
        -- what users chose themselves is not too dear for them
        max(case when strategy_number in ({{ strategy_numbers('own') }}) then 1 else 0 end) = 1 as is_chosen,
        max(case when strategy_number = {{ strategy_number('buy_again') }} then 1 else 0 end) = 1 as is_reorder
    from {{ ref('int_proposals') }}
    where {{ is_in_part('user_key') }}
    group by user_key, item_key

),

users as (

    select * from {{ ref('int_candidate_users') }}
    where {{ is_in_part('user_key') }}

),

known_seasons as (

    {{ known_seasons() }}

),

-- distinct, so that items meet their like before candidates meet them: on keys of text that is dear
items as (

    select distinct
        item_keys.item_key,
        availability.unavailable_reason,
        availability.is_for_reorders,
        items.category,
        known_seasons.season,
        content_items.price_share
    from {{ ref('int_item_availability') }} as availability
    inner join {{ ref('int_item_keys') }} as item_keys
        on availability.item_id = item_keys.item_id
    inner join {{ ref('stg_items') }} as items
        on availability.item_id = items.item_id
    left join known_seasons
        on lower(items.season) = known_seasons.season
    left join {{ ref('int_content_items') }} as content_items
        on availability.item_id = content_items.item_id

),

unwanted as (

    {{ unwanted_items('proposed') }}

),

exclusions as (

    select
        user_key,
        item_key,
        reason,
        0 as is_unwanted
    from {{ ref('int_excluded_items') }}
    where {{ is_in_part('user_key') }}
    union all
    select
        user_key,
        item_key,
        null as reason,
        1 as is_unwanted
    from unwanted

),

-- what is of a user and an item, so that candidates meet it at once
excluded as (

    select
        user_key,
        item_key,
        max(reason) as reason,
        max(is_unwanted) as is_unwanted
    from exclusions
    group by user_key, item_key

),

blocked as (

    select
        user_keys.user_key,
        factors.category
    from {{ ref('int_user_category_factors') }} as factors
    inner join {{ ref('int_user_keys') }} as user_keys
        on factors.user_id = user_keys.user_id
    where factors.category_factor = 0

)

select
    proposed.user_key,
    proposed.item_key,
    case
        when items.unavailable_reason is not null then items.unavailable_reason
        when excluded.is_unwanted = 1 then 'not_interested'
        when items.is_for_reorders and not proposed.is_reorder then 'sensitive'
        when items.season is not null and coalesce(users.season_names, '') not like concat('%|', items.season, '|%')
            then 'out_of_season'
        when excluded.reason is not null then excluded.reason
        when
            not proposed.is_chosen
            and (items.price_share < users.price_share_min or items.price_share > users.price_share_max)
            then 'out_of_price_band'
        when blocked.user_key is not null then 'blocked_by_rule'
    end as ineligible_reason
from proposed
inner join users
    on proposed.user_key = users.user_key
inner join items
    on proposed.item_key = items.item_key
left join excluded
    on
        proposed.user_key = excluded.user_key
        and proposed.item_key = excluded.item_key
left join blocked
    on
        proposed.user_key = blocked.user_key
        and items.category = blocked.category
