-- What would have been clicked had another policy drawn the arms, from what was drawn: each message counts by how much
-- likelier the other policy had made its arm. Horvitz and Thompson 1952 (IPS); Swaminathan and Joachims 2015 (SNIPS),
-- with the delta method for its error; Kish 1965 for the effective number of messages.
{% set largest_weight, effective_messages_min = 20, 200 %}

with messages as (

    select * from {{ ref('int_adaptive_messages') }}

),

arms as (

    select * from {{ ref('int_experiment_arms') }}
    where assigned_by = 'adaptive'

),

policies as (

    select
        experiment,
        concat('always ', arm) as policy_name,
        cast(null as {{ dbt.type_string() }}) as context,
        arm,
        1e+00 as chance
    from arms
    union all
    select
        experiment,
        'evenly' as policy_name,
        null as context,
        arm,
        1e+00 / arm_count as chance
    from arms
    union all
    select
        experiment,
        'by weights of today' as policy_name,
        context,
        arm,
        arm_share as chance
    from {{ ref('int_arm_weights') }}

),

named as (

    select distinct
        experiment,
        policy_name
    from policies

),

weighed as (

    select
        named.experiment,
        named.policy_name,
        messages.is_clicked,
        coalesce(policies.chance, 0) / messages.arm_share as unclipped,
        least(coalesce(policies.chance, 0) / messages.arm_share, {{ largest_weight }}) as weight
    from named
    inner join messages
        on named.experiment = messages.experiment
    left join policies
        on
            named.experiment = policies.experiment
            and named.policy_name = policies.policy_name
            and messages.arm = policies.arm
            and coalesce(messages.context = policies.context, true)

),

sums as (

    select
        experiment,
        policy_name,
        count(*) as message_count,
        sum(is_clicked) as click_count,
        sum(weight) as weight_sum,
        sum(weight * weight) as square_sum,
        sum(weight * is_clicked) as clicked_sum,
        -- a click is 0 or 1, and so is its square
        sum(weight * weight * is_clicked) as clicked_square_sum,
        avg(case when unclipped > weight then 1e+00 else 0e+00 end) as clipped_share
    from weighed
    group by experiment, policy_name

),

estimated as (

    select
        *,
        clicked_sum / message_count as ips_rate,
        clicked_sum / nullif(weight_sum, 0) as snips_rate,
        weight_sum * weight_sum / nullif(square_sum, 0) as effective_message_count
    from sums

),

with_errors as (

    select
        *,
        sqrt(
            greatest(
                clicked_square_sum * (1 - 2 * snips_rate) + snips_rate * snips_rate * square_sum, 0
            )
        ) / nullif(weight_sum, 0) as snips_error
    from estimated

)

select
    named.experiment,
    named.policy_name as policy,
    cast(coalesce(with_errors.message_count, 0) as {{ dbt.type_bigint() }}) as message_count,
    with_errors.click_count / cast(with_errors.message_count as double) as logged_rate,
    with_errors.ips_rate,
    with_errors.snips_rate,
    greatest(with_errors.snips_rate - 1.959964 * with_errors.snips_error, 0) as snips_rate_low,
    least(with_errors.snips_rate + 1.959964 * with_errors.snips_error, 1) as snips_rate_high,
    with_errors.effective_message_count,
    with_errors.clipped_share,
    case
        when coalesce(with_errors.effective_message_count, 0) < {{ effective_messages_min }}
            then 'too_few_effective_messages'
    end as why_not_yet,
    as_of.as_of
from named
left join with_errors
    on
        named.experiment = with_errors.experiment
        and named.policy_name = with_errors.policy_name
cross join {{ ref('stg_as_of') }} as as_of
