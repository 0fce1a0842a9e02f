-- One row per strategy, prediction, trigger, test or feature.
select
    kind,
    replace(capability, '_', ' ') as capability_text,
    replace(status, '_', ' ') as status_text,
    coalesce(string_agg(distinct switched_on_by, '; ' order by switched_on_by), '') as switched_on_by
from readiness
group by kind, capability, status
order by status = 'on', kind, capability
