-- Who opened and clicked, and whose an event is that names a message alone: the one place that says so. Everything
-- behind it asks is_machine here, never what the ESP said alone (tests/python/test_email_events.py holds the graph to
-- that).
{% set gap = dbt.datediff('lag(occurred_at) over each_message', 'occurred_at', 'second') %}
{% set burst_gap_seconds = 2 %}  {#- between two clicks of a scanner that goes through an email -#}
{% set burst_links_min = 3 %}  {#- different links in one such go; a person opens two tabs at once, hardly three -#}

with events as (

    select
        events.event_id,
        events.event_type,
        -- of a message to several they are nobody's
        coalesce(events.user_id, addressees.user_id) as user_id,
        events.message_id,
        events.item_id,
        events.url,
        events.bounce_type,
        events.user_agent,
        events.is_machine,
        events.occurred_at
    from {{ ref('stg_email_events') }} as events
    left join {{ ref('int_message_addressees') }} as addressees
        on
            events.message_id = addressees.message_id
            and events.user_id is null
            and addressees.addressee_count = 1

),

clicks as (

    select
        event_id,
        message_id,
        user_id,
        coalesce(url, item_id) as link,
        occurred_at,
        case when {{ gap }} <= {{ burst_gap_seconds }} then 0 else 1 end as starts_a_go
    from events
    where
        event_type = 'click'
        and message_id is not null
    window each_message as (partition by message_id, user_id order by occurred_at, event_id)

),

goes as (

    select
        *,
        sum(starts_a_go) over (
            partition by message_id, user_id
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as go_number
    from clicks

),

bursts as (

    select
        message_id,
        user_id,
        go_number
    from goes
    group by message_id, user_id, go_number
    having count(distinct link) >= {{ burst_links_min }}

),

clicks_in_bursts as (

    select goes.event_id
    from goes
    inner join bursts
        on
            goes.message_id = bursts.message_id
            and goes.user_id is not distinct from bursts.user_id
            and goes.go_number = bursts.go_number

),

-- what the ESP says beats what the user agent looks like; what people can't do beats both
judged as (

    select
        events.*,
        case
            when events.event_type not in ('open', 'click') then null
            {% if var('unseen_link') is not none %}
                when
                    events.event_type = 'click'
                    and {{ dbt.position(literal(var('unseen_link')), 'events.url') }} > 0
                    then 'unseen_link'
            {% endif %}
            when clicks_in_bursts.event_id is not null then 'many_links_at_once'
            when events.is_machine then 'reported'
            when not events.is_machine then null
            when {{ matches('lower(events.user_agent)', scanner_agents()) }} then 'scanner_agent'
            when events.event_type = 'click' then null
            when events.user_agent = 'Mozilla/5.0' then 'apple_mail_privacy'
            when {{ matches('lower(events.user_agent)', image_proxies()) }} then 'image_proxy'
        end as machine_reason
    from events
    left join clicks_in_bursts
        on events.event_id = clicks_in_bursts.event_id

)

select
    event_id,
    event_type,
    user_id,
    message_id,
    item_id,
    url,
    bounce_type,
    case
        when event_type not in ('open', 'click') then null
        when machine_reason is null then 'person'
        when event_type = 'click' or machine_reason = 'scanner_agent' then 'scanner'
        else 'machine'
    end as made_by,
    machine_reason,
    machine_reason is not null as is_machine,
    occurred_at
from judged
