{% set inputs = [
    'users', 'items', 'orders', 'order_lines', 'web_events', 'email_events', 'identities', 'offers',
    'erasure_requests', 'experiment_assignments', 'context_impressions'
] %}
with counts as (

    {% for input in inputs %}
        select
            '{{ input }}' as table_name,
            (select count(*) from {{ source('inputs', input) }}) as input_row_count,
            (select count(*) from {{ ref('stg_' ~ input) }}) as staged_row_count,
            (select count(*) from {{ ref('rejected_' ~ input) }}) as rejected_row_count
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    table_name,
    input_row_count,
    input_row_count - staged_row_count - rejected_row_count as unread_row_count,
    staged_row_count,
    rejected_row_count
from counts
