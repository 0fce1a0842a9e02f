-- What the user's list says, in the language and at the prices of the reader's market. Prices of one currency stand in
-- an email: that of the user's last order, else that of most items; the next items of the list stand in for others, as
-- they do for a second item of one name. An item is no evidence for another that readers know by the same name:
-- "Because you bought Tea" under Tea.
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

markets as (

    select * from {{ ref('int_item_markets') }}

),

labels as (

    select * from {{ ref('int_item_labels') }}

),

ordered_currencies as (

    select * from {{ ref('int_ordered_currencies') }}

),

listed as (

    select
        recipients.message_id,
        recipients.items as items_in_email,
        recipients.shown_item_id,
        recommendations.position,
        recommendations.item_id,
        recommendations.strategy,
        recommendations.reason_type,
        recommendations.evidence_item_id,
        recommendations.evidence_count,
        recommendations.category,
        coalesce(own_names.category, recommendations.category) as category_name,
        own_names.item_name as own_name,
        coalesce(own_names.short_name, labels.short_name) as short_name,
        case
            when
                lower(coalesce(evidence_names.short_name, evidence_labels.short_name))
                <> lower(coalesce(own_names.short_name, labels.short_name))
                then coalesce(evidence_names.short_name, evidence_labels.short_name)
        end as evidence_item_name,
        labels.kind_number,
        labels.is_nameable,
        prices.item_url as own_url,
        prices.price as own_price,
        prices.list_price as own_list_price,
        case when prices.price is not null then coalesce(prices.currency, recommendations.currency) end as own_currency,
        coalesce(own_currency, recommendations.currency) as currency,
        ordered_currencies.currency as ordered_currency,
        -- of a price of the reader's own market no history is known
        case
            when prices.price is null then recommendations.badge_type
            when {{ saved_percent('prices.price', 'prices.list_price') }} > 0 then 'was'
        end as badge_type,
        recommendations.rating_average,
        cast(recommendations.rating_count as bigint) as rating_count,
        case
            when prices.price is null then recommendations.saved_percent
            else {{ saved_percent('prices.price', 'prices.list_price') }}
        end as saved_percent
    from recipients
    inner join {{ ref('int_recommendations') }} as recommendations
        on
            recipients.user_id = recommendations.user_id
            and recipients.placement = recommendations.placement
    left join labels
        on recommendations.item_id = labels.item_id
    left join labels as evidence_labels
        on recommendations.evidence_item_id = evidence_labels.item_id
    left join markets as own_names
        on
            recommendations.item_id = own_names.item_id
            and recipients.name_locale = own_names.locale
    left join markets as evidence_names
        on
            recommendations.evidence_item_id = evidence_names.item_id
            and recipients.name_locale = evidence_names.locale
    left join markets as prices
        on
            recommendations.item_id = prices.item_id
            and recipients.market_locale = prices.locale
    left join ordered_currencies
        on recipients.user_id = ordered_currencies.user_id

),

currencies as (

    select
        message_id,
        currency,
        max(case when currency = ordered_currency then 1 else 0 end) as is_ordered,
        count(*) as item_count,
        min(position) as first_position
    from listed
    group by message_id, currency
    qualify row_number() over (
        partition by message_id
        order by is_ordered desc, item_count desc, first_position
    ) = 1

),

-- two things of one name are one to a reader, whatever their categories; what the message is about stays
of_one_currency as (

    select listed.*
    from listed
    inner join currencies
        on
            listed.message_id = currencies.message_id
            and listed.currency = currencies.currency
    qualify row_number() over (
        partition by listed.message_id, lower(listed.short_name)
        order by case when listed.item_id = listed.shown_item_id then 0 else 1 end, listed.position
    ) = 1

)

select
    *,
    row_number() over (partition by message_id order by position) as list_rank
from of_one_currency
qualify row_number() over (partition by message_id order by position) <= items_in_email
