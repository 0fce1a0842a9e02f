-- One row per experiment, metric and arm; the baseline has neither lift nor interval.
select
    experiment,
    metric,
    arm,
    replace(metric, '_', ' ') || ', ' || arm as arm_metric,
    replace(metric, '_', ' ') as metric_text,
    case
        when is_primary then 'decides'
        when is_guardrail then 'guards'
        else 'tells'
    end as role,
    user_count,
    conversion_count,
    estimate,
    baseline,
    lift,
    sequential_lift_low,
    sequential_lift_high,
    adjusted_p_value,
    day_count,
    sample_ratio_p_value,
    verdict = 'baseline' as is_baseline,
    replace(verdict, '_', ' ') as verdict_text,
    coalesce(replace(why_not_yet, '_', ' '), '') as why_not_yet_text
from experiment_results
order by experiment, is_primary desc, is_guardrail desc, metric, verdict = 'baseline', arm
