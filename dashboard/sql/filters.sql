-- One row per trigger and segment that can be chosen.
select distinct
    'trigger' as field,
    trigger_type as name
from email_performance_daily
where trigger_type is not null
union
select
    'trigger' as field,
    coalesce(trigger_type, 'none') as name
from decision_waterfall
union
select
    'segment' as field,
    segment as name
from email_performance_daily
order by field, name
