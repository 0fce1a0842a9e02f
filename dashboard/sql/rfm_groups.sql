-- One row per RFM group: its users now, best scores first.
select
    coalesce(replace(rfm_group, '_', ' '), 'unknown') as rfm_group_text,
    count(*) as user_count,
    rate(count(*), sum(count(*)) over ()) as user_share,
    row_number() over (
        order by avg(recency_score + frequency_score + monetary_score) desc nulls last, rfm_group
    ) as group_rank
from user_value
group by rfm_group
order by group_rank
