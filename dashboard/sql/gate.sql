-- One row per severity of what inputs must hold.
select
    severity,
    count(*) as expectation_count,
    count(*) filter (where not is_success) as failed_count
from input_validation_results
group by severity
order by severity
