-- The first reason that holds a user back counts: the user's own, those of the address, then those of this run.
{% set mailed_date = 'cast(' ~ local_time('dated.mailed_at', "coalesce(dated.timezone, 'UTC')") ~ ' as date)' %}
with users as (

    select
        *,
        {{ address_key('email') }} as address_key
    from {{ ref('stg_users') }}

),

refusals as (

    select * from {{ ref('int_address_refusals') }}
    qualify row_number() over (partition by address_key order by reason_rank) = 1

),

-- the cap is the address's, too: the last email to any of its accounts, at the rarest frequency of them
caps as (

    select
        user_addresses.address_key,
        max(user_addresses.gap_days) as gap_days,
        max(outcomes.happened_at) as last_mailed_at
    from {{ ref('int_user_addresses') }} as user_addresses
    left join {{ ref('int_email_outcomes') }} as outcomes
        on
            user_addresses.user_id = outcomes.user_id
            and outcomes.outcome = 'mailed'
    group by user_addresses.address_key

),

-- days are those of the user's calendar: an email at 08:03 does not hold back the next day's at 08:00
dated as (

    select
        users.*,
        caps.gap_days,
        caps.last_mailed_at,
        cast({{ local_time('caps.last_mailed_at', "coalesce(users.timezone, 'UTC')") }} as date) as last_mailed_date,
        times.send_time_arm,
        times.send_at,
        times.expires_at,
        times.closed_by,
        coalesce(times.send_at, as_of.as_of) as mailed_at,
        as_of.as_of
    from users
    left join caps
        on users.address_key = caps.address_key
    left join {{ ref('int_send_times') }} as times
        on users.user_id = times.user_id
    cross join {{ ref('stg_as_of') }} as as_of

),

reasons as (

    select
        dated.user_id,
        dated.address_key,
        case
            when dated.address_key is null then 'no_valid_email'
            when coalesce(dated.email_consent, '') not in ('subscribed', 'unknown') then 'no_consent'
            when refusals.reason is not null then refusals.reason
            -- consent of another account with the address doesn't make this one's readable
            when dated.email_consent = 'unknown' then 'unknown_consent'
            -- before the draw: those who are mailed and those withheld stay alike, or uplift can't be learned from them
            when holding_rules.user_id is not null then 'held_by_rule'
            when held_out.user_id is not null then 'holdout'
            when
                dated.last_mailed_at > {{ dbt.dateadd('hour', -1 * var('minimum_gap_hours'), 'dated.mailed_at') }}
                or {{ days_between('dated.last_mailed_date', mailed_date) }} < dated.gap_days
                then 'mailed_recently'
            when chosen.user_id is null and unchosen.user_id is null then 'nothing_due'
            when chosen.user_id is null then unchosen.decision
            when held_out_of_trigger.user_id is not null then 'trigger_holdout'
            else dated.closed_by
        end as hold_reason,
        coalesce(chosen.trigger_type, unchosen.trigger_type) as trigger_type,
        chosen.priority,
        chosen.placement,
        chosen.message_id,
        chosen.shown_item_id,
        dated.send_time_arm,
        dated.send_at,
        dated.expires_at,
        dated.as_of
    from dated
    left join refusals
        on dated.address_key = refusals.address_key
    left join {{ ref('int_user_rules') }} as holding_rules
        on
            dated.user_id = holding_rules.user_id
            and holding_rules.effect = 'hold'
            and holding_rules.effect_rank = 1
    left join {{ ref('int_chosen_triggers') }} as chosen
        on dated.user_id = chosen.user_id
    -- of who has something due and nothing chosen, what holds the most important of it
    left join {{ ref('int_trigger_decisions') }} as unchosen
        on
            dated.user_id = unchosen.user_id
            and unchosen.due_number = 1
    left join {{ ref('int_held_out_users') }} as held_out
        on
            dated.user_id = held_out.user_id
            and held_out.holdout = 'holdout'
    left join {{ ref('int_held_out_users') }} as held_out_of_trigger
        on
            dated.user_id = held_out_of_trigger.user_id
            and chosen.trigger_type = held_out_of_trigger.trigger_type

),

-- several accounts may share an address: one email per address and run, that which matters most
numbered as (

    select
        *,
        row_number() over (
            partition by address_key
            order by case when hold_reason is null then 0 else 1 end, priority, user_id
        ) as account_number,
        min(case when hold_reason is null then priority end) over (partition by address_key) as first_priority
    from reasons

)

select
    user_id,
    trigger_type,
    placement,
    message_id,
    shown_item_id,
    send_time_arm,
    send_at,
    expires_at,
    case when hold_reason is null and account_number = 1 then 'send' else 'hold' end as decision,
    coalesce(
        hold_reason,
        case
            when account_number > 1 and priority > first_priority then 'lower_priority'
            when account_number > 1 then 'address_already_mailed'
            else 'mailable'
        end
    ) as reason,
    as_of
from numbered
