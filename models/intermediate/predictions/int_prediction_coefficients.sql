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

)

select
    run_id,
    prediction,
    feature,
    knot,
    coefficient,
    {{ spline_step('prediction, feature') }} as step
from coefficients
