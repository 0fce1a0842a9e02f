-- A table, since erasure requests are read from the shop's own file, which may be gone when somebody looks.
{{ config(materialized='table') }}

with counts as (

    {% for name in input_names() %}
        select
            '{{ name }}' as table_name,
            (select count(*) from {{ ref('input_' ~ name) }}) as input_row_count,
            (select count(*) from {{ ref('stg_' ~ name) }}) as staged_row_count,
            {% if name == 'order_lines' %}
                (select count(*) from {{ ref('stg_cancelling_lines') }}) as cancelling_row_count,
            {% else %}
                0 as cancelling_row_count,
            {% endif %}
            (select count(*) from {{ ref('rejected_' ~ name) }}) as rejected_row_count
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    table_name,
    input_row_count,
    input_row_count - staged_row_count - cancelling_row_count - rejected_row_count as unread_row_count,
    staged_row_count,
    cancelling_row_count,
    rejected_row_count
from counts
