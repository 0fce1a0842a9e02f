with champions as (

    select
        run_id,
        prediction
    from {{ source('ranker', 'prediction_runs') }}
    where
        is_promoted
        -- what was learned about another number of days says nothing of these
        and label_days = case prediction
            when 'churn' then {{ var('churn_days') }}
            when 'mail_uplift' then {{ var('holdout_window_days') }}
            else 30
        end
    qualify row_number() over (partition by prediction order by run_number desc) = 1

)

select
    coefficients.run_id,
    coefficients.prediction,
    coefficients.feature,
    coefficients.knot,
    coefficients.coefficient
from {{ source('ranker', 'prediction_coefficients') }} as coefficients
inner join champions
    on
        coefficients.run_id = champions.run_id
        and coefficients.prediction = champions.prediction
where coefficients.is_final
