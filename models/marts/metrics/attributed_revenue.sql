-- What emails claim beside what they cause: claims count orders that would have come anyway, the holdout doesn't.
{% set models = ['last_touch', 'first_touch', 'linear', 'position_based'] %}
{% set users_min = 100 %}  {#- on each side, below which the normal interval is no more than a guess -#}

with claims as (

    {% for model in models %}
        select
            trigger_type,
            '{{ model }}' as attribution_model,
            sum({{ model }}_amount) as claimed_amount
        from {{ ref('int_attributed_orders') }}
        group by trigger_type
        union all
        select
            'all' as trigger_type,
            '{{ model }}' as attribution_model,
            sum({{ model }}_amount) as claimed_amount
        from {{ ref('int_attributed_orders') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

effects as (

    select * from {{ ref('int_holdout_effects') }}

)

select
    coalesce(claims.trigger_type, effects.trigger_type) as trigger_type,
    coalesce(claims.attribution_model, effects.attribution_model) as attribution_model,
    coalesce(effects.holdout, 'none') as holdout,
    cast(coalesce(claims.claimed_amount, 0) as decimal(28, 4)) as claimed_amount,
    effects.mailed_user_count,
    effects.withheld_user_count,
    effects.contaminated_user_count,
    {% for name, value in [
        ('mailed_revenue_per_user', 'mailed_mean'), ('withheld_revenue_per_user', 'withheld_mean'),
        ('claimed_per_user', 'claimed_mean'), ('caused_per_user', 'caused_mean'),
        ('caused_per_user_low', 'caused_mean_low'), ('caused_per_user_high', 'caused_mean_high'),
    ] %}
        round(effects.{{ value }}, 4) as {{ name }},
    {% endfor %}
    round(effects.mailed_user_count * effects.claimed_mean, 4) as claimed_in_window_amount,
    round(effects.mailed_user_count * effects.caused_mean, 4) as caused_in_window_amount,
    round(effects.caused_share, 6) as caused_share,
    round(effects.caused_share_low, 6) as caused_share_low,
    round(effects.caused_share_high, 6) as caused_share_high,
    case
        when effects.trigger_type is null then 'no_holdout'
        when least(effects.mailed_user_count, effects.withheld_user_count) < {{ users_min }} then 'too_few_users'
        when effects.caused_mean_low > 0 then 'causes_revenue'
        when effects.caused_mean_high < 0 then 'costs_revenue'
        else 'not_told_from_nothing'
    end as verdict,
    as_of.as_of
from claims
full outer join effects
    on
        claims.trigger_type = effects.trigger_type
        and claims.attribution_model = effects.attribution_model
cross join {{ ref('stg_as_of') }} as as_of
