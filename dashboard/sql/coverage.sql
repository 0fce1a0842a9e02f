-- One row per whole week and context of the last 52 weeks.
select
    weekly.week_start_date as week,
    case when weekly.context = 'TOTAL' then 'all contexts' else replace(weekly.context, '_', ' ') end as context_text,
    weekly.impression_count,
    weekly.shown_item_count,
    weekly.catalog_item_count,
    weekly.coverage,
    weekly.novelty,
    weekly.serendipity,
    weekly.diversity
from catalog_coverage_weekly as weekly
inner join periods
    on weekly.week_start_date >= periods.start_date
    and weekly.week_start_date < periods.end_date
where periods.weeks = 52
order by weekly.week_start_date, weekly.context
