{{ config(enabled='segment' in var('sources')) }}

select
    anonymous_id,
    user_id,
    min({{ clean_timestamp('occurred_at') }}) as linked_at
from {{ ref('segment_table_identifies') }}
where
    anonymous_id is not null
    and user_id is not null
group by anonymous_id, user_id
