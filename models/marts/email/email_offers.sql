-- Only an offer that is live, open to the user's segment and good for an item of the email is announced.
with recipients as (

    select * from {{ ref('email_recipients') }}

),

recommendations as (

    select
        user_id,
        item_id,
        position
    from {{ ref('user_recommendations') }}
    where position <= {{ var('email_items_primary') + var('email_items_secondary') }}

),

items as (

    select
        item_id,
        category
    from {{ ref('stg_items') }}

),

texts as (

    select * from {{ ref('email_texts') }}

),

wordings as (

    select
        language,
        {{ email_text_columns({'offer_ends': 'offer_ends', 'date_pattern': 'date'}) }}
    from texts
    group by language

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

live_offers as (

    select offers.*
    from {{ ref('stg_offers') }} as offers
    cross join as_of
    where
        offers.starts_at <= as_of.as_of
        and offers.ends_at > as_of.as_of

)

select
    recipients.user_id,
    live_offers.offer_id,
    live_offers.offer_name,
    recommendations.item_id,
    live_offers.discount_percent,
    live_offers.ends_at,
    replace(
        wordings.offer_ends,
        '{date}',
        replace(
            replace(wordings.date_pattern, '{month}', months.text),
            '{day}',
            cast(extract(day from live_offers.ends_at) as {{ dbt.type_string() }})
        )
    ) as ends_text
from recipients
inner join wordings
    on recipients.language = wordings.language
inner join recommendations
    on recipients.user_id = recommendations.user_id
inner join items
    on recommendations.item_id = items.item_id
inner join live_offers
    on
        coalesce(live_offers.item_id, items.item_id) = items.item_id
        and coalesce(live_offers.category, items.category) = items.category
        and coalesce(live_offers.minimum_segment, recipients.segment) = recipients.segment
inner join texts as months
    on
        recipients.language = months.language
        and months.text_key = 'month_' || cast(extract(month from live_offers.ends_at) as {{ dbt.type_string() }})
-- the offer for the best-placed item, the largest discount first
qualify row_number() over (
    partition by recipients.user_id
    order by
        recommendations.position,
        coalesce(live_offers.discount_percent, 0) desc,
        live_offers.ends_at,
        live_offers.offer_id
) = 1
