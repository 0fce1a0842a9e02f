-- The first failing reason counts, in the order of the case.
with candidates as (

    select
        user_key,
        item_key,
        -- what users chose themselves is not too dear for them
        max(case when strategy in ('buy_again', 'left_in_cart', 'recently_viewed') then 1 else 0 end) = 1 as is_chosen,
        max(case when strategy = 'buy_again' then 1 else 0 end) = 1 as is_reorder
    from {{ ref('int_candidates') }}
    group by user_key, item_key

),

user_keys as (

    select * from {{ ref('int_user_keys') }}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

-- a season that the calendar does not know says nothing
known_seasons as (

    select season as season_name from {{ ref('seasons') }}
    union
    select trim(split_element) as season_name
    from {{ ref('seasons') }} as seasons
    {{ unnest_split('seasons.other_names', '|') }}

),

items as (

    select
        item_keys.item_key,
        availability.unavailable_reason,
        availability.is_for_reorders,
        items.category,
        lower(known_seasons.season_name) as season,
        content_items.price_share
    from {{ ref('int_item_availability') }} as availability
    inner join item_keys
        on availability.item_id = item_keys.item_id
    inner join {{ ref('stg_items') }} as items
        on availability.item_id = items.item_id
    left join known_seasons
        on lower(items.season) = lower(known_seasons.season_name)
    left join {{ ref('int_content_items') }} as content_items
        on availability.item_id = content_items.item_id

),

users as (

    select
        user_keys.user_key,
        user_keys.user_id,
        limits.price_share_min,
        limits.price_share_max
    from user_keys
    left join {{ ref('int_user_price_limits') }} as limits
        on user_keys.user_id = limits.user_id

),

{% for reason in ['bought_recently', 'shown_without_click'] %}
    {{ reason }} as (

        select
            user_keys.user_key,
            item_keys.item_key
        from {{ ref('int_' ~ reason) }} as excluded
        inner join user_keys
            on excluded.user_id = user_keys.user_id
        inner join item_keys
            on excluded.item_id = item_keys.item_id

    ){{ ',' if not loop.last }}
{% endfor %}

select
    candidates.user_key,
    candidates.item_key,
    case
        when items.unavailable_reason is not null then items.unavailable_reason
        when items.is_for_reorders and not candidates.is_reorder then 'sensitive'
        when items.season is not null and seasons.user_key is null then 'out_of_season'
        when bought_recently.item_key is not null then 'bought_recently'
        when shown_without_click.item_key is not null then 'shown_without_click'
        when
            not candidates.is_chosen
            and (items.price_share < users.price_share_min or items.price_share > users.price_share_max)
            then 'out_of_price_band'
        when blocked.user_id is not null then 'blocked_by_rule'
    end as ineligible_reason
from candidates
inner join items
    on candidates.item_key = items.item_key
inner join users
    on candidates.user_key = users.user_key
left join {{ ref('int_user_seasons') }} as seasons
    on
        candidates.user_key = seasons.user_key
        and items.season = seasons.season
{% for reason in ['bought_recently', 'shown_without_click'] %}
    left join {{ reason }}
        on
            candidates.user_key = {{ reason }}.user_key
            and candidates.item_key = {{ reason }}.item_key
{% endfor %}
left join {{ ref('int_user_category_factors') }} as blocked
    on
        users.user_id = blocked.user_id
        and items.category = blocked.category
        and blocked.category_factor = 0
