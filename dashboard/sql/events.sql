-- One row per type of email event, who made it and what became of it.
select
    event_type,
    made_by,
    replace(machine_reason, '_', ' ') as machine_reason_text,
    replace(outcome, '_', ' ') as outcome_text,
    event_count
from email_event_counts
order by event_type, made_by, machine_reason, outcome
