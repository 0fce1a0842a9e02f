-- Every user gets `recommendations_per_user` rows, or as many as there are items that nothing rules out: history, what
-- emails showed in vain, the season, prices, rules, or the user. What two of these rule out counts twice. A list of an
-- earlier run was full by what was so then.
with known_seasons as (

    {{ known_seasons() }}

),

available as (

    select
        availability.item_id,
        lower(availability.category) as category,
        known_seasons.season,
        contents.price_share
    from {{ ref('int_item_availability') }} as availability
    inner join {{ ref('stg_items') }} as items
        on availability.item_id = items.item_id
    left join known_seasons
        on lower(items.season) = known_seasons.season
    left join {{ ref('int_content_items') }} as contents
        on availability.item_id = contents.item_id
    where
        availability.unavailable_reason is null
        and not availability.is_for_reorders

),

ruled_out as (

    select
        user_id,
        item_id
    from {{ ref('int_bought_recently') }}
    union all
    select
        user_id,
        item_id
    from {{ ref('int_shown_without_click') }}
    union all
    select
        user_keys.user_id,
        item_keys.item_id
    from {{ ref('int_user_exclusions') }} as exclusions
    inner join {{ ref('int_item_targets') }} as targets
        on exclusions.target_key = targets.target_key
    inner join {{ ref('int_user_keys') }} as user_keys
        on exclusions.user_key = user_keys.user_key
    inner join {{ ref('int_item_keys') }} as item_keys
        on targets.item_key = item_keys.item_key
    union all
    select
        factors.user_id,
        available.item_id
    from {{ ref('int_user_category_factors') }} as factors
    inner join available
        on lower(factors.category) = available.category
    where factors.category_factor = 0

),

ruled_out_counts as (

    select
        user_id,
        count(distinct item_id) as item_count
    from ruled_out
    group by user_id

),

users as (

    select
        user_keys.user_id,
        candidates.season_names,
        candidates.price_share_min,
        candidates.price_share_max
    from {{ ref('int_candidate_users') }} as candidates
    inner join {{ ref('int_user_keys') }} as user_keys
        on candidates.user_key = user_keys.user_key

),

-- few have seasons and limits of their own
kinds as (

    select distinct
        season_names,
        price_share_min,
        price_share_max
    from users

),

suitable as (

    select
        kinds.season_names,
        kinds.price_share_min,
        kinds.price_share_max,
        count(available.item_id) as item_count
    from kinds
    left join available
        on
            (available.season is null or kinds.season_names like concat('%|', available.season, '|%'))
            and coalesce(kinds.price_share_min <= available.price_share, true)
            and coalesce(kinds.price_share_max >= available.price_share, true)
    group by kinds.season_names, kinds.price_share_min, kinds.price_share_max

),

-- for whomever: a rule may be for a segment, and at_most leaves some
held_back as (

    select count(distinct item_key) as item_count
    from {{ ref('int_item_rules') }}
    where action in ('exclude', 'at_most') and coalesce(placement, 'email_digest') = 'email_digest'

),

lists as (

    select
        user_id,
        count(*) as row_count,
        max(as_of) as listed_at
    from {{ ref('user_recommendations') }}
    group by user_id

)

select users.user_id
from users
cross join {{ ref('stg_as_of') }} as as_of
cross join held_back
inner join suitable
    on
        users.season_names is not distinct from suitable.season_names
        and users.price_share_min is not distinct from suitable.price_share_min
        and users.price_share_max is not distinct from suitable.price_share_max
left join ruled_out_counts
    on users.user_id = ruled_out_counts.user_id
left join lists
    on users.user_id = lists.user_id
where
    coalesce(lists.listed_at, as_of.as_of) = as_of.as_of
    and coalesce(lists.row_count, 0)
    < least(
        {{ var('recommendations_per_user') }},
        suitable.item_count - coalesce(ruled_out_counts.item_count, 0) - held_back.item_count
    )
