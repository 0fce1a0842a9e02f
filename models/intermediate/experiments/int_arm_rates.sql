-- Posteriors of a Beta prior that weighs as much as some emails: a context with few emails leans on what the arm did in
-- all contexts, and an arm with few on what all arms did (empirical Bayes: Casella, The American Statistician 1985).
{% set prior_messages = 50 %}

with arms as (

    select * from {{ ref('int_experiment_arms') }}
    where assigned_by = 'adaptive'

),

contexts as (

    select distinct segment as context
    from {{ ref('int_user_segments') }}

),

counted as (

    select
        experiment,
        context,
        arm,
        count(*) as message_count,
        sum(is_clicked) as click_count
    from {{ ref('int_adaptive_messages') }}
    group by experiment, context, arm

),

-- what contexts that nobody is in today have taught counts among all
known as (

    select
        experiment,
        arm,
        sum(message_count) as message_count,
        sum(click_count) as click_count
    from counted
    group by experiment, arm

),

rates as (

    select
        arms.experiment,
        contexts.context,
        arms.arm,
        arms.arm_count,
        coalesce(counted.message_count, 0) as message_count,
        coalesce(counted.click_count, 0) as click_count,
        coalesce(known.message_count, 0) as known_message_count,
        coalesce(known.click_count, 0) as known_click_count,
        (coalesce(sum(known.click_count) over whole, 0) + 1)
        / cast(coalesce(sum(known.message_count) over whole, 0) + 2 as double) as rate_of_all
    from arms
    cross join contexts
    left join counted
        on
            arms.experiment = counted.experiment
            and contexts.context = counted.context
            and arms.arm = counted.arm
    left join known
        on
            arms.experiment = known.experiment
            and arms.arm = known.arm
    window whole as (partition by arms.experiment, contexts.context)

),

priors as (

    select
        *,
        (known_click_count + {{ prior_messages }} * rate_of_all)
        / (known_message_count + {{ prior_messages }}) as rate_of_arm
    from rates

),

posteriors as (

    select
        *,
        click_count + {{ prior_messages }} * rate_of_arm as clicked,
        message_count + {{ prior_messages }} as mailed
    from priors

)

select
    experiment,
    context,
    arm,
    arm_count,
    cast(message_count as {{ dbt.type_bigint() }}) as message_count,
    cast(click_count as {{ dbt.type_bigint() }}) as click_count,
    round(clicked / mailed, 9) as rate,
    round(sqrt(clicked / mailed * (1 - clicked / mailed) / (mailed + 1)), 9) as rate_error
from posteriors
