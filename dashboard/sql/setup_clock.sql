-- Whole weeks, Monday to Sunday (UTC), that ended before as_of; 0 is the week that as_of lies in, which has none beside it.
create temp table periods as
with run as (

    select cast(date_trunc('week', max(as_of)) as date) as this_week from metric_alerts

)

select
    lengths.weeks,
    lengths.label,
    case when lengths.weeks = 0 then run.this_week else run.this_week - 14 * lengths.weeks end as before_date,
    run.this_week - 7 * lengths.weeks as start_date,
    case when lengths.weeks = 0 then run.this_week + 7 else run.this_week end as end_date,
    -- a line of one week is a dot
    run.this_week - 7 * greatest(lengths.weeks, 8) as trend_date
from run
cross join (
    values
    (1, 'Last week'),
    (4, 'Last 4 weeks'),
    (13, 'Last 13 weeks'),
    (52, 'Last 52 weeks'),
    (0, 'This week so far')
) as lengths (weeks, label);
