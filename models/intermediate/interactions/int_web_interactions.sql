-- Searches and category views name no item; they are credited to the item views they led to: those of the same visitor
-- and session, within so many minutes (web analytics' usual session), with the later of the two getting the credit.
{{ config(news={'of': ['checked_web_events'], 'key': 'user_id'}) }}
{% set led_to_minutes = 30 %}

with web_events as (

    select * from {{ ref('stg_web_events') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

known_visits as (

    select
        web_events.event_id,
        web_events.event_type,
        web_events.session_id,
        web_events.item_id,
        coalesce(web_events.user_id, identities.user_id) as user_id,
        web_events.dwell_seconds,
        web_events.occurred_at
    from web_events
    left join identities
        on
            web_events.anonymous_id = identities.anonymous_id
            and web_events.occurred_at >= identities.linked_from
            and web_events.occurred_at < identities.linked_until
    where
        coalesce(web_events.user_id, identities.user_id) is not null
        and {{ is_news('coalesce(web_events.user_id, identities.user_id)') }}

),

bot_sessions as (

    select
        user_id,
        session_id
    from known_visits
    where session_id is not null and event_type = 'item_view'
    group by user_id, session_id
    having count(distinct item_id) > {{ constants().bot_session_items_max }}

),

in_context as (

    select
        known_visits.*,
        max(case when known_visits.event_type = 'search' then known_visits.occurred_at end)
            over visit_so_far as last_search_at,
        max(case when known_visits.event_type = 'category_view' then known_visits.occurred_at end)
            over visit_so_far as last_category_view_at
    from known_visits
    left join bot_sessions
        on
            known_visits.user_id = bot_sessions.user_id
            and known_visits.session_id = bot_sessions.session_id
    where bot_sessions.session_id is null
    window visit_so_far as (
        partition by known_visits.user_id, known_visits.session_id
        order by known_visits.occurred_at, known_visits.event_id
        rows between unbounded preceding and current row
    )

),

item_events as (

    select
        in_context.*,
        families.family_item_id,
        -- nobody says how many were added or taken out: a removal undoes all additions before it
        max(case when in_context.event_type = 'cart_remove' then 1 else 0 end) over (
            partition by in_context.user_id, families.family_item_id
            order by in_context.occurred_at, in_context.event_id
            rows between current row and unbounded following
        ) as is_removed_later,
        {{ dbt.dateadd('minute', -1 * led_to_minutes, 'in_context.occurred_at') }} as led_since
    from in_context
    inner join families
        on in_context.item_id = families.item_id

)

select
    event_id,
    user_id,
    family_item_id as item_id,
    event_type,
    case
        when event_type <> 'item_view' then null
        when
            last_search_at >= led_since
            and last_search_at >= coalesce(last_category_view_at, last_search_at)
            then 'search'
        when last_category_view_at >= led_since then 'category_view'
    end as led_by,
    dwell_seconds,
    occurred_at
from item_events
where
    event_type <> 'cart_remove'
    and not (event_type = 'cart_add' and is_removed_later = 1)
