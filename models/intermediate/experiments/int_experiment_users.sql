-- Two hashes: one says where in its layer a user stands, the other draws the arm. So the arms of two layers cross, and
-- a part of a layer that becomes wider moves nobody. Who was put into an experiment elsewhere is in that arm. Arms of
-- an adaptive experiment are drawn anew each day, by the weights of the user's context.
with arms as (

    select * from {{ ref('int_experiment_arms') }}

),

as_of as (

    select
        as_of,
        concat(':', cast(cast(as_of as date) as {{ dbt.type_string() }})) as salt
    from {{ ref('stg_as_of') }}

),

users as (

    select
        user_id,
        signed_up_at,
        {{ address_key('email') }} as address_key
    from {{ ref('stg_users') }}

),

drawn as (

    select
        arms.experiment,
        arms.arm,
        users.user_id,
        users.address_key,
        coalesce(weights.arm_share, arms.arm_share) as arm_share,
        case
            when arms.assigned_by = 'adaptive' then as_of.as_of
            else greatest(arms.starts_at, coalesce(users.signed_up_at, arms.starts_at))
        end as assigned_at
    from arms
    cross join users
    cross join as_of
    left join {{ ref('int_user_segments') }} as segments
        on
            users.user_id = segments.user_id
            and arms.assigned_by = 'adaptive'
    left join {{ ref('int_arm_weights') }} as weights
        on
            arms.experiment = weights.experiment
            and arms.arm = weights.arm
            and segments.segment = weights.context
    where
        arms.assigned_by in ('hash', 'adaptive')
        and {{ hash_share("concat('layer:', arms.layer, ':', users.user_id)") }} >= arms.traffic_from
        and {{ hash_share("concat('layer:', arms.layer, ':', users.user_id)") }} < arms.traffic_to
        -- the last arm reaches exactly 1, and no hash does
        and {{ hash_share(
            "concat('arm:', arms.experiment, ':', users.user_id, "
            ~ "case when arms.assigned_by = 'adaptive' then as_of.salt else '' end)"
        ) }} < coalesce(weights.share_reached, arms.share_reached)
    qualify
        row_number() over (
            partition by arms.experiment, users.user_id order by coalesce(weights.share_reached, arms.share_reached)
        ) = 1

),

assigned as (

    select
        experiment,
        arm,
        user_id,
        address_key,
        arm_share,
        assigned_at
    from drawn
    union all
    select
        assignments.experiment,
        assignments.arm,
        assignments.user_id,
        users.address_key,
        null as arm_share,
        assignments.assigned_at
    from {{ ref('stg_experiment_assignments') }} as assignments
    inner join users
        on assignments.user_id = users.user_id
    inner join arms
        on
            assignments.experiment = arms.experiment
            and assignments.arm = arms.arm
            and arms.assigned_by = 'input'

),

-- also what staging set aside as a second row of the user's
claims as (

    select
        experiment,
        user_id,
        min(arm) as first_arm,
        max(arm) as last_arm
    from {{ ref('checked_experiment_assignments') }}
    group by experiment, user_id

)

select
    assigned.experiment,
    assigned.user_id,
    assigned.arm,
    assigned.arm_share,
    assigned.assigned_at,
    -- whoever reads the mail of two accounts, or was put into two arms, has seen both
    coalesce(claims.first_arm <> assigned.arm or claims.last_arm <> assigned.arm, false)
    or coalesce(
        min(assigned.arm) over (partition by assigned.experiment, coalesce(assigned.address_key, assigned.user_id))
        <> max(assigned.arm) over (partition by assigned.experiment, coalesce(assigned.address_key, assigned.user_id)),
        false
    ) as is_in_several_arms
from assigned
left join claims
    on
        assigned.experiment = claims.experiment
        and assigned.user_id = claims.user_id
