with champion as (

    select run_id
    from {{ source('ranker', 'training_runs') }}
    where is_promoted
    qualify row_number() over (order by run_number desc) = 1

)

select
    coefficients.run_id,
    coefficients.times_bought,
    coefficients.feature,
    coefficients.knot,
    coefficients.coefficient
from {{ source('ranker', 'coefficients') }} as coefficients
inner join champion
    on coefficients.run_id = champion.run_id
where coalesce(coefficients.is_final, true)
