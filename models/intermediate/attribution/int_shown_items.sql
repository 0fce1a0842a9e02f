-- In emails what the sender's log says was shown, else what events name; on the site the input says what came of it.
with messages as (

    select * from {{ ref('int_mailed_messages') }}
    where is_delivered

),

families as (

    select * from {{ ref('int_item_families') }}

),

logged as (

    select
        message_id,
        user_id,
        {{ unnest_list('items') }} as shown
    from {{ ref('stg_send_log') }}
    where sent_at is not null

),

named as (

    select
        message_id,
        user_id,
        shown.item_id,
        shown.position,
        shown.strategy,
        shown.propensity
    from logged
    union all
    select distinct
        events.message_id,
        events.user_id,
        events.item_id,
        cast(null as {{ dbt.type_int() }}) as position,
        cast(null as {{ dbt.type_string() }}) as strategy,
        cast(null as double) as propensity
    from {{ ref('int_email_events') }} as events
    left join logged
        on events.message_id = logged.message_id
    where
        events.event_type in ('sent', 'delivered')
        and events.item_id is not null
        and logged.message_id is null

),

in_emails as (

    select
        messages.message_id,
        messages.user_id,
        families.family_item_id as item_id,
        min(named.position) as position,
        min(named.strategy) as strategy,
        min(named.propensity) as propensity,
        min(messages.sent_at) as shown_at
    from named
    inner join messages
        on
            named.message_id = messages.message_id
            and named.user_id = messages.user_id
    inner join families
        on named.item_id = families.item_id
    group by messages.message_id, messages.user_id, families.family_item_id

)

select
    concat(in_emails.message_id, ':', in_emails.user_id, ':', in_emails.item_id) as shown_id,
    'email' as context,
    in_emails.message_id as list_id,
    in_emails.user_id,
    in_emails.item_id,
    in_emails.strategy,
    in_emails.position,
    in_emails.propensity,
    clicks.clicked_at is not null as is_clicked,
    coalesce(clicks.is_added_to_cart, false) as is_added_to_cart,
    coalesce(clicks.is_purchased, false) as is_purchased,
    clicks.revenue_amount,
    in_emails.shown_at
from in_emails
left join {{ ref('int_email_item_clicks') }} as clicks
    on
        in_emails.message_id = clicks.message_id
        and in_emails.user_id = clicks.user_id
        and in_emails.item_id = clicks.item_id
union all
-- a page shows its items at one time
select
    impressions.impression_id as shown_id,
    impressions.context,
    concat(
        coalesce(impressions.user_id, impressions.impression_id), ':',
        cast(impressions.occurred_at as {{ dbt.type_string() }})
    ) as list_id,
    impressions.user_id,
    families.family_item_id as item_id,
    impressions.strategy,
    impressions.position,
    cast(null as double) as propensity,
    impressions.is_clicked,
    impressions.is_added_to_cart,
    impressions.is_purchased,
    case when impressions.is_purchased then impressions.revenue_amount end as revenue_amount,
    impressions.occurred_at as shown_at
from {{ ref('stg_context_impressions') }} as impressions
inner join families
    on impressions.item_id = families.item_id
