-- One row per expectation that failed. What was found may quote a row, so it is left to the page on inputs.
select
    severity,
    table_name,
    description,
    unexpected_count
from input_validation_results
where not is_success
order by severity, table_name, description
