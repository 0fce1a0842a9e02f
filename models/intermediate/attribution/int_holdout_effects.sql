-- The interval of a difference of means is normal, that of its ratio to what is claimed by the delta method: both are
-- means of the same mailed users, so they vary together.
{% set models = ['last_touch', 'first_touch', 'linear', 'position_based'] %}
{% set quantile = 1.96 %}  {#- of 95 % on both sides -#}

with users as (

    select * from {{ ref('int_holdout_users') }}

),

amounts as (

    {% for model in models %}
        select
            trigger_type,
            holdout,
            '{{ model }}' as attribution_model,
            arm,
            is_contaminated,
            cast(revenue_amount as double) as revenue,
            cast({{ model }}_amount as double) as claimed
        from users
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

sums as (

    select
        trigger_type,
        holdout,
        attribution_model,
        count(case when arm = 'mailed' then 1 end) as mailed_user_count,
        count(case when arm = 'withheld' then 1 end) as withheld_user_count,
        count(case when arm = 'withheld' and is_contaminated then 1 end) as contaminated_user_count,
        {% for arm in ['mailed', 'withheld'] %}
            avg(case when arm = '{{ arm }}' then revenue end) as {{ arm }}_mean,
            var_samp(case when arm = '{{ arm }}' then revenue end) as {{ arm }}_variance,
        {% endfor %}
        avg(case when arm = 'mailed' then claimed end) as claimed_mean,
        var_samp(case when arm = 'mailed' then claimed end) as claimed_variance,
        covar_samp(
            case when arm = 'mailed' then revenue end, case when arm = 'mailed' then claimed end
        ) as claimed_covariance
    from amounts
    group by trigger_type, holdout, attribution_model

),

effects as (

    select
        *,
        mailed_mean - withheld_mean as caused_mean,
        sqrt(mailed_variance / mailed_user_count + withheld_variance / withheld_user_count) as caused_error,
        (mailed_mean - withheld_mean) / nullif(claimed_mean, 0) as caused_share
    from sums
    where withheld_user_count > 0

),

with_errors as (

    select
        *,
        -- never below 0 but for rounding
        sqrt(abs(
            mailed_variance / mailed_user_count + withheld_variance / withheld_user_count
            + caused_share * caused_share * claimed_variance / mailed_user_count
            - 2 * caused_share * claimed_covariance / mailed_user_count
        )) / nullif(claimed_mean, 0) as share_error
    from effects

)

select
    trigger_type,
    holdout,
    attribution_model,
    {% for name, value in [
        ('mailed_mean', 'mailed_mean'), ('withheld_mean', 'withheld_mean'), ('claimed_mean', 'claimed_mean'),
        ('caused_mean', 'caused_mean'),
        ('caused_mean_low', 'caused_mean - ' ~ quantile ~ ' * caused_error'),
        ('caused_mean_high', 'caused_mean + ' ~ quantile ~ ' * caused_error'),
        ('caused_share', 'caused_share'),
        ('caused_share_low', 'caused_share - ' ~ quantile ~ ' * share_error'),
        ('caused_share_high', 'caused_share + ' ~ quantile ~ ' * share_error'),
    ] %}
        round({{ value }}, 9) as {{ name }},
    {% endfor %}
    mailed_user_count,
    withheld_user_count,
    contaminated_user_count
from with_errors
