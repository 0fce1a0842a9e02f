with changes as (

    select
        scheme,
        segment,
        lag(segment) over (partition by user_id, scheme order by as_of) as previous_segment,
        as_of
    from {{ ref('user_segment_history') }}

)

select
    scheme,
    previous_segment,
    segment,
    count(*) as user_count,
    as_of
from changes
-- a run at an earlier as_of than the last may have made a later row no change
where
    previous_segment is null
    or segment <> previous_segment
group by scheme, previous_segment, segment, as_of
