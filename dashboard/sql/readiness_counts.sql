-- One row per kind and status.
select
    kind,
    replace(status, '_', ' ') as status_text,
    count(distinct capability) as capability_count
from readiness
group by kind, status
order by kind, status
