-- Blank sizes, diversity and exploration are those of the pinned vars. Exploration's share is of all slots, spread over
-- those that diversity leaves open. An arm of an experiment says otherwise for its users; how long the list of an email
-- is it leaves alone, since the email prints no more of it than the arm says.
with placements as (

    select
        *,
        row_number() over (order by placement) as placement_number,
        count(*) over () as placement_count,
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
        due_triggers.user_id,
        due_triggers.placement
    from {{ ref('int_due_triggers') }} as due_triggers
    inner join {{ ref('int_mailable_users') }} as mailable
        on due_triggers.user_id = mailable.user_id
    where not due_triggers.is_ordered_since

),

-- experiments that change a list share no users (assert_experiments_run_together)
arms as (

    select
        experiment_users.user_id,
        experiment_arms.placement,
        max(experiment_arms.play) as play,
        max(experiment_arms.items_primary) as items_primary,
        max(case when experiment_arms.channel = 'site' then experiment_arms.items end) as items,
        {{ dbt.listagg('experiment_arms.experiment', "'|'", 'order by experiment_arms.experiment') }} as experiment,
        {{ dbt.listagg('experiment_arms.arm', "'|'", 'order by experiment_arms.experiment') }} as arm
    from {{ ref('int_experiment_users') }} as experiment_users
    inner join {{ ref('int_experiment_arms') }} as experiment_arms
        on
            experiment_users.experiment = experiment_arms.experiment
            and experiment_users.arm = experiment_arms.arm
    where
        experiment_arms.is_running
        and experiment_arms.acts_on_lists
    group by experiment_users.user_id, experiment_arms.placement

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
    -- the same in all builds, as the user's
    cast(users.user_key - 1 as bigint) * placements.placement_count + placements.placement_number as list_key,
    {% for block in ['primary', 'secondary'] %}
        coalesce(
            arms.play,
            case when placements.is_steered_by_playbook then users.{{ block }}_play else placements.placement end
        ) as {{ block }}_play,
    {% endfor %}
    coalesce(arms.items_primary, placements.items_primary, {{ var('email_items_primary') }}) as items_primary,
    coalesce(arms.items, placements.list_size) as list_size,
    placements.category_minimum,
    placements.category_minimum > 1 as is_diverse,
    placements.welcomes_repeats,
    least(
        placements.explored_share * coalesce(arms.items, placements.list_size)
        / greatest(coalesce(arms.items, placements.list_size) - greatest(placements.category_minimum, 1), 1),
        1
    ) as explored_slot_share,
    arms.experiment,
    arms.arm
from placements
cross join users
left join triggered
    on
        placements.audience = 'triggered'
        and users.user_id = triggered.user_id
        and placements.placement = triggered.placement
left join arms
    on
        users.user_id = arms.user_id
        and placements.placement = arms.placement
where
    case placements.audience
        when 'everybody' then true
        when 'open_cart' then users.cart_age_days < placements.audience_days
        when 'ordered_lately' then users.order_age_days < placements.audience_days
        when 'triggered' then triggered.user_id is not null
    end
