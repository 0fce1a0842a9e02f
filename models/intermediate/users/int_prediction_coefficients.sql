-- A feature that the champion did not know adds nothing.
with knots as (

    select * from {{ ref('int_prediction_knots') }}

),

trained as (

    select * from {{ ref('stg_prediction_coefficients') }}

),

champions as (

    select distinct
        run_id,
        prediction
    from trained

),

coefficients as (

    select
        champions.run_id,
        champions.prediction,
        knots.feature,
        knots.knot,
        coalesce(trained.coefficient, 0) as coefficient
    from champions
    cross join knots
    left join trained
        on
            champions.prediction = trained.prediction
            and knots.feature = trained.feature
            and knots.knot = trained.knot

),

steps as (

    select
        *,
        lead(coefficient) over (
            partition by prediction, feature
            order by knot
        ) as next_coefficient
    from coefficients

)

select
    run_id,
    prediction,
    feature,
    knot,
    coefficient,
    case
        when knot < 0 then 0
        else coalesce(next_coefficient - coefficient, 0)
    end as step
from steps
