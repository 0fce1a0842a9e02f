-- What the sender's log says was shown, and whether a person clicked it. Each email has the same time to be clicked,
-- over before the day of the run begins: events of that day change no list of it, only what is told late. Where clicks
-- of an email are known and none names what it showed, the email is left out: nobody knows which item was meant.
{% set days_to_learn_from, largest_weight = 180, 20 %}
{% set days_to_answer = constants().days_to_answer %}

with messages as (

    select
        sent_messages.message_id,
        sent_messages.user_id,
        sent_messages.trigger_type,
        coalesce(sent_messages.segment, 'unknown') as segment,
        sent_messages.items,
        sent_messages.sent_at
    from {{ ref('stg_send_log') }} as sent_messages
    cross join {{ ref('stg_as_of') }} as as_of
    where
        sent_messages.state <> 'failed'
        and sent_messages.sent_at
        < {{ dbt.dateadd('day', -1 * days_to_answer, dbt.date_trunc('day', 'as_of.as_of')) }}
        and sent_messages.sent_at
        >= {{ dbt.dateadd('day', -1 * days_to_learn_from, dbt.date_trunc('day', 'as_of.as_of')) }}

),

unnested as (

    select
        *,
        {{ unnest_list('items') }} as shown
    from messages

),

named as (

    select
        message_id,
        user_id,
        trigger_type,
        segment,
        sent_at,
        shown.item_id as shown_item_id,
        shown.position,
        coalesce(shown.strategy, 'unknown') as strategy,
        case when shown.propensity >= 1e-9 and shown.propensity <= 1 then shown.propensity end as propensity
    from unnested

),

-- of a draw whose chance nobody knows nothing is learned
slots as (

    select
        named.*,
        families.family_item_id as item_id,
        named.strategy = 'explore' as is_explored
    from named
    inner join {{ ref('int_item_families') }} as families
        on named.shown_item_id = families.item_id
    where
        named.position between 1 and 100
        and (named.strategy <> 'explore' or named.propensity is not null)
    qualify row_number() over (
        partition by named.message_id, families.family_item_id
        order by named.position, named.shown_item_id
    ) = 1

),

clicks as (

    select
        messages.message_id,
        families.family_item_id as item_id,
        min(events.occurred_at) as clicked_at
    from {{ ref('int_email_events') }} as events
    inner join messages
        on
            events.message_id = messages.message_id
            and events.user_id = messages.user_id
    left join {{ ref('int_item_families') }} as families
        on events.item_id = families.item_id
    where
        events.event_type = 'click'
        and not events.is_machine
        and events.occurred_at < {{ dbt.dateadd('day', days_to_answer, 'messages.sent_at') }}
    group by messages.message_id, families.family_item_id

),

clicked_messages as (

    select distinct message_id from clicks

),

answered as (

    select
        slots.*,
        clicks.clicked_at,
        case when clicks.clicked_at is null then 0 else 1 end as is_clicked,
        case when slots.is_explored then cast(round(1 / slots.propensity, 4) as decimal(18, 4)) end
            as inverse_propensity
    from slots
    left join clicks
        on
            slots.message_id = clicks.message_id
            and slots.item_id = clicks.item_id
    left join clicked_messages
        on slots.message_id = clicked_messages.message_id
    qualify
        clicked_messages.message_id is null
        or max(case when clicks.clicked_at is null then 0 else 1 end) over (partition by slots.message_id) = 1

)

-- what was drawn counts as often as if all had been equally likely to be drawn; all else was chosen, and counts once
select
    message_id,
    user_id,
    trigger_type,
    segment,
    sent_at,
    item_id,
    position,
    strategy,
    is_explored,
    is_clicked,
    clicked_at,
    propensity,
    cast(
        case
            when is_explored
                then least(
                    cast(inverse_propensity as double)
                    / cast(avg(inverse_propensity) over (partition by is_explored) as double),
                    {{ largest_weight }}
                )
            else 1
        end as decimal(9, 6)
    ) as slot_weight
from answered
