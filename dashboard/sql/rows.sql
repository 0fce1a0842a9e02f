-- One row per input.
select
    replace(table_name, '_', ' ') as table_text,
    input_row_count,
    staged_row_count,
    cancelling_row_count,
    unread_row_count,
    rejected_row_count,
    rejected_row_count > 0 as is_any_rejected,
    rate(rejected_row_count, input_row_count) as rejected_share
from input_row_counts
order by rejected_row_count desc, table_name
