-- Whether an arm does more, or less, beside an arm of another experiment than beside that one's baseline: the difference
-- of the two differences, of what users did after they had met both. Without CUPED.
with arms as (

    select * from {{ ref('int_experiment_arms') }}

),

units as (

    select * from {{ ref('int_experiment_units') }}
    where not is_in_several_arms

),

-- each user once for a pair of experiments, with what is counted since the later of the two
crossed as (

    select
        units.*,
        least(units.experiment, others.experiment) as first_experiment,
        greatest(units.experiment, others.experiment) as second_experiment,
        case when units.experiment < others.experiment then units.arm else others.arm end as first_arm,
        case when units.experiment < others.experiment then others.arm else units.arm end as second_arm
    from units
    inner join units as others
        on
            units.user_id = others.user_id
            and units.experiment <> others.experiment
            and (
                units.met_at > others.met_at
                or (units.met_at = others.met_at and units.experiment < others.experiment)
            )

),

sums as (

    select * from ({{ experiment_sums('crossed', ['first_experiment', 'second_experiment', 'first_arm', 'second_arm']) }})

)
