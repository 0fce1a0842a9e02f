select
    user_id,
    substr(event_type, 11) as email_frequency,
    occurred_at as chosen_at
from {{ ref('stg_email_events') }}
where
    event_type in ('frequency_daily', 'frequency_weekly', 'frequency_monthly', 'frequency_paused')
    and user_id is not null
qualify row_number() over (partition by user_id order by occurred_at desc, event_id desc) = 1
