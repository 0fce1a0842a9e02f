-- One row per period that can be chosen.
select
    weeks,
    label,
    start_date,
    -- the last day
    end_date - 1 as end_date,
    before_date,
    trend_date
from periods
order by weeks = 0, weeks
