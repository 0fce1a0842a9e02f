-- Blank sizes, diversity and exploration are those of the pinned vars. Exploration's share is of all slots, spread over
-- those that diversity leaves open.
with placements as (

    select
        *,
        coalesce(items, {{ var('recommendations_per_user') }}) as list_size,
        coalesce(minimum_distinct_categories, {{ var('minimum_distinct_categories') }}) as category_minimum,
        coalesce(cast(exploration_share as double), {{ var('exploration_share') }}) as explored_share
    from {{ ref('placements') }}

),

plays as (

    select
        user_id,
        max(case when block = 'primary' then play end) as primary_play,
        max(case when block = 'secondary' then play end) as secondary_play
    from {{ ref('int_user_playbook') }}
    group by user_id

),

carts as (

    select
        user_id,
        max(last_cart_added_at) as last_cart_added_at
    from {{ ref('int_interactions') }}
    where last_purchased_at is null or last_purchased_at < last_cart_added_at
    group by user_id

),

-- whom a trigger's email may show the list
triggered as (

    select distinct
        user_id,
        placement
    from {{ ref('int_due_triggers') }}

),

users as (

    select
        activity.user_id,
        user_keys.user_key,
        plays.primary_play,
        plays.secondary_play,
        {{ age_in_days('activity.last_ordered_at') }} as order_age_days,
        {{ age_in_days('carts.last_cart_added_at') }} as cart_age_days
    from {{ ref('int_user_activity') }} as activity
    inner join {{ ref('int_user_keys') }} as user_keys
        on activity.user_id = user_keys.user_id
    cross join {{ ref('stg_as_of') }} as as_of
    left join plays
        on activity.user_id = plays.user_id
    left join carts
        on activity.user_id = carts.user_id

)

select
    placements.placement,
    users.user_id,
    users.user_key,
    cast(row_number() over (order by placements.placement, users.user_id) as {{ dbt.type_int() }}) as list_key,
    case when placements.is_steered_by_playbook then users.primary_play else placements.placement end as primary_play,
    case when placements.is_steered_by_playbook then users.secondary_play else placements.placement end
        as secondary_play,
    coalesce(placements.items_primary, {{ var('email_items_primary') }}) as items_primary,
    placements.list_size,
    placements.category_minimum,
    placements.category_minimum > 1 as is_diverse,
    placements.welcomes_repeats,
    least(
        placements.explored_share * placements.list_size
        / greatest(placements.list_size - greatest(placements.category_minimum, 1), 1),
        1
    ) as explored_slot_share
from placements
cross join users
left join triggered
    on
        placements.audience = 'triggered'
        and users.user_id = triggered.user_id
        and placements.placement = triggered.placement
where
    case placements.audience
        when 'everybody' then true
        when 'open_cart' then users.cart_age_days < placements.audience_days
        when 'ordered_lately' then users.order_age_days < placements.audience_days
        when 'triggered' then triggered.user_id is not null
    end
