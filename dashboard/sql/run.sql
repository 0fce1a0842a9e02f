-- The only row: as of when.
select max(as_of) as as_of from metric_alerts
