-- One row per pair of RFM groups that users went between in the 13 weeks before the newest change of any.
with moves as (

    select
        *,
        max(as_of) over () as newest_at
    from segment_migrations
    where scheme = 'rfm_group'

)

select
    replace(previous_segment, '_', ' ') as previous_text,
    replace(segment, '_', ' ') as segment_text,
    cast(sum(user_count) as bigint) as user_count,
    cast(min(as_of) as date) as first_date,
    cast(max(as_of) as date) as last_date
from moves
where previous_segment is not null and as_of > newest_at - interval 91 day
group by previous_segment, segment
order by user_count desc, previous_text, segment_text
