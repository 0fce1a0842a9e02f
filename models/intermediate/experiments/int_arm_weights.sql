-- Thompson sampling without samples (Thompson, Biometrika 1933; Scott 2010): an arm's weight is the chance that it is
-- the best one, from normal posteriors on a grid of quantiles.
{% set grid_size = 101 %}

with arm_rates as (

    select
        *,
        -- every arm keeps a share, or it could never do better
        least({{ var('adaptive_share_min') }}, 1e+00 / arm_count) as least_share
    from {{ ref('int_arm_rates') }}

),

quantiles as (

    select
        generated_number as quantile_number,
        (generated_number - 0.5e+00) / {{ grid_size }} as quantile_share
    from ({{ dbt.generate_series(grid_size) }}) as numbers

),

grid as (

    select
        quantile_number,
        {{ normal_quantile('quantile_share') }} as quantile
    from quantiles

),

duels as (

    select
        arm_rates.experiment,
        arm_rates.context,
        arm_rates.arm,
        grid.quantile_number,
        (arm_rates.rate + grid.quantile * arm_rates.rate_error - others.rate) / others.rate_error as z
    from arm_rates
    cross join grid
    inner join arm_rates as others
        on
            arm_rates.experiment = others.experiment
            and arm_rates.context = others.context
            and arm_rates.arm <> others.arm

),

won as (

    select
        experiment,
        context,
        arm,
        quantile_number,
        exp(sum(ln(greatest({{ normal_cdf('z') }}, 1e-300)))) as chance
    from duels
    group by experiment, context, arm, quantile_number

),

weights as (

    select
        experiment,
        context,
        arm,
        avg(chance) / sum(avg(chance)) over (partition by experiment, context) as weight
    from won
    group by experiment, context, arm

),

shares as (

    select
        arm_rates.*,
        weights.weight,
        arm_rates.least_share + (1 - arm_rates.arm_count * arm_rates.least_share) * weights.weight as drawn_share
    from arm_rates
    inner join weights
        on
            arm_rates.experiment = weights.experiment
            and arm_rates.context = weights.context
            and arm_rates.arm = weights.arm

),

-- the last arm reaches exactly 1, and no hash does
reached as (

    select
        *,
        case
            when row_number() over (partition by experiment, context order by arm) = arm_count then 1
            else round(
                sum(drawn_share) over (partition by experiment, context order by arm rows unbounded preceding), 6
            )
        end as share_reached
    from shares

)

select
    experiment,
    context,
    arm,
    message_count,
    click_count,
    rate,
    rate_error,
    weight,
    round(
        share_reached - coalesce(lag(share_reached) over (partition by experiment, context order by arm), 0), 6
    ) as arm_share,
    share_reached
from reached
