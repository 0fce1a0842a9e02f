-- The latest search after which anything was looked at or wished for within the minutes of a visit. What led to nothing
-- names nothing that an email could show.
{% set led_to_minutes = 30 %}  {#- as in int_web_interactions -#}
with searches as (

    select
        web_events.event_id,
        coalesce(web_events.user_id, identities.user_id) as user_id,
        web_events.occurred_at
    from {{ ref('stg_web_events') }} as web_events
    left join {{ ref('int_identities') }} as identities
        on
            web_events.anonymous_id = identities.anonymous_id
            and web_events.occurred_at >= identities.linked_from
            and web_events.occurred_at < identities.linked_until
    where web_events.event_type = 'search'

),

last_searches as (

    select * from searches
    where user_id is not null
    qualify row_number() over (partition by user_id order by occurred_at desc, event_id) = 1

)

select
    searches.user_id,
    searches.event_id as occasion,
    searches.occurred_at as happened_at,
    looks.item_id
from last_searches as searches
inner join {{ ref('int_web_interactions') }} as looks
    on
        searches.user_id = looks.user_id
        and looks.event_type in ('item_view', 'wishlist_add')
        and searches.occurred_at <= looks.occurred_at
        and searches.occurred_at >= {{ dbt.dateadd('minute', -1 * led_to_minutes, 'looks.occurred_at') }}
qualify row_number() over (partition by searches.user_id order by looks.occurred_at desc, looks.event_id) = 1
