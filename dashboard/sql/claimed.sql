-- One row per trigger, model of attribution and holdout; what is caused of all mailed users, with its interval.
select
    case when trigger_type = 'all' then 'all triggers' else trigger_type end as trigger_text,
    case when trigger_type = 'all' then 'all triggers' else trigger_type end
    || case when holdout = 'trigger_holdout' then ', held out of it' else '' end as row_text,
    replace(attribution_model, '_', ' ') as attribution_model,
    attribution_model = 'last_touch' as is_last_touch,
    case holdout
        when 'holdout' then 'from all mail'
        when 'trigger_holdout' then 'from this trigger'
        else 'none'
    end as held_out,
    claimed_amount,
    mailed_user_count,
    withheld_user_count,
    contaminated_user_count,
    claimed_in_window_amount,
    caused_in_window_amount,
    caused_per_user_low * mailed_user_count as caused_low_amount,
    caused_per_user_high * mailed_user_count as caused_high_amount,
    caused_share,
    caused_share_low,
    caused_share_high,
    verdict,
    case verdict
        when 'no_holdout' then 'nobody is held out: what was caused is unknown'
        when 'too_few_users' then 'too few users to tell'
        when 'causes_revenue' then 'causes revenue'
        when 'costs_revenue' then 'costs revenue'
        else 'not told from nothing'
    end as verdict_text
from attributed_revenue
order by trigger_type <> 'all', trigger_type, attribution_model <> 'last_touch', attribution_model, holdout
