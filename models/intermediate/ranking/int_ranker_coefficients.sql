-- The champion of `make train`, or, as long as there is none, the coefficients of macro strategies: a strategy's score
-- adds its own times the share of the way to the last knot.
with knots as (

    select * from {{ ref('int_ranking_knots') }}

),

trained as (

    select * from {{ ref('stg_ranker_coefficients') }}

),

times_bought_values as (

    select 0 as times_bought
    union all
    select 1 as times_bought
    union all
    select 2 as times_bought

),

default_values as (

    select
        'intercept' as feature,
        -9.0 as coefficient
    {% for strategy in ranked_strategies() %}
        union all
        select
            '{{ strategy.name }}_score' as feature,
            {{ strategy.coefficient }} as coefficient
    {% endfor %}

),

is_trained as (

    select count(*) > 0 as is_trained from trained

),

coefficients as (

    select
        coalesce(trained.run_id, 'default') as run_id,
        times_bought_values.times_bought,
        knots.feature,
        knots.knot,
        coalesce(
            trained.coefficient,
            case
                when is_trained.is_trained then 0
                when knots.feature = 'intercept' then default_values.coefficient
                else default_values.coefficient * greatest(knots.knot, 0) / knots.knots
            end,
            0
        ) as coefficient
    from knots
    cross join times_bought_values
    cross join is_trained
    left join trained
        on
            times_bought_values.times_bought = trained.times_bought
            and knots.feature = trained.feature
            and knots.knot = trained.knot
    left join default_values
        on knots.feature = default_values.feature

)

select
    run_id,
    times_bought,
    feature,
    knot,
    coefficient,
    {{ spline_step('times_bought, feature') }} as step
from coefficients
