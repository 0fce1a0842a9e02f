-- What a user did says more than what a user ticked: preferences count for users without any interaction alone. Sorted
-- by user, so that what is made for a range of users reads one stretch of the table.
with interactions as (

    select * from {{ ref('int_interactions') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

users as (

    select * from {{ ref('stg_users') }}

),

weights as (

    select
        interactions.user_id,
        items.category,
        sum(interactions.interaction_weight) as category_weight
    from interactions
    inner join items
        on interactions.item_id = items.item_id
    where interactions.interaction_weight > 0
    group by interactions.user_id, items.category

),

preferences as (

    select
        users.user_id,
        trim(split_element) as category
    from users
    {{ unnest_split('users.preferred_categories', '|') }}

),

chosen as (

    select distinct
        preferences.user_id,
        items.category,
        cast(1 as decimal(18, 6)) as category_weight
    from preferences
    inner join items
        on lower(preferences.category) = lower(items.category)
    left join weights
        on preferences.user_id = weights.user_id
    where weights.user_id is null

),

affinities as (

    select
        user_id,
        category,
        category_weight
    from weights
    union all
    select
        user_id,
        category,
        category_weight
    from chosen

)

select
    user_keys.user_key,
    affinities.user_id,
    affinities.category,
    round(
        cast(affinities.category_weight as double)
        / cast(sum(affinities.category_weight) over (partition by affinities.user_id) as double), 9
    ) as category_share,
    row_number() over (
        partition by affinities.user_id
        order by affinities.category_weight desc, affinities.category
    ) as category_rank
from affinities
inner join {{ ref('int_user_keys') }} as user_keys
    on affinities.user_id = user_keys.user_id
order by user_keys.user_key, category_rank
