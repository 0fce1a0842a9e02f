with ranked as (

    select * from {{ ref('int_placement_lists') }}
    where placement = 'email_digest'

),

items as (

    select * from {{ ref('stg_items') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

-- what the reason may say depends on what the user did with the evidence item
reasons as (

    select
        ranked.*,
        case
            when ranked.strategy = 'best_sellers' and ranked.evidence_count > 0 then 'popular'
            when ranked.strategy = 'on_offer' and ranked.evidence_count = 0 then null
            when ranked.strategy in ('best_sellers', 'explore') then null
            when ranked.strategy not in ('also_bought', 'also_viewed') then ranked.strategy
            when interactions.purchase_count > 0 then 'because_you_bought'
            when interactions.view_count > 0 then 'because_you_viewed'
            when interactions.item_id is not null then 'because_you_liked'
        end as reason_type
    from ranked
    left join interactions
        on
            ranked.user_id = interactions.user_id
            and ranked.evidence_item_id = interactions.item_id

)

select
    reasons.user_id,
    reasons.item_id,
    cast(reasons.position as integer) as position,
    case when reasons.position <= {{ var('email_items_primary') }} then 'primary' else 'secondary' end as block,
    reasons.strategy,
    cast(reasons.score as double) as score,
    cast(reasons.purchase_probability as double) as purchase_probability,
    reasons.propensity,
    reasons.reason_type,
    case reasons.reason_type
        when 'popular'
            then concat(
                'Bought by ',
                {{ counted('reasons.evidence_count', 'customer', 'customers') }},
                ' in the last 30 days'
            )
        when 'buy_again'
            then case
                when reasons.evidence_count = 1 then 'You bought this before'
                else concat('You bought this ', {{ counted('reasons.evidence_count', 'time', 'times') }})
            end
        when 'similar_users'
            then concat(
                'Bought or liked by ',
                {{ counted('reasons.evidence_count', 'customer', 'customers') }},
                ' with your taste'
            )
        when 'on_offer' then concat('On offer: ', reasons.evidence_count, '% off')
        when 'bought_together' then 'Often bought together with ' || evidence_items.item_name
        when 'complements' then concat('Goes with ', evidence_items.item_name, ', which you bought')
        when 'similar_items' then 'Similar to ' || evidence_items.item_name
        when 'upgrade' then 'A step up from ' || evidence_items.item_name
        when 'left_in_cart' then 'Still in your cart'
        when 'recently_viewed' then 'You looked at this lately'
        when 'new_arrivals' then 'New in ' || items.category
        when 'trending_in_category'
            then concat(
                'Trending in ',
                items.category,
                ': ',
                {{ counted('reasons.evidence_count', 'customer', 'customers') }},
                ' in the last 7 days'
            )
        when 'trending'
            then concat(
                'Trending: ', {{ counted('reasons.evidence_count', 'customer', 'customers') }}, ' in the last 7 days'
            )
        when 'because_you_bought' then 'Because you bought ' || evidence_items.item_name
        when 'because_you_viewed' then 'Because you looked at ' || evidence_items.item_name
        when 'because_you_liked' then 'Because you showed interest in ' || evidence_items.item_name
    end as reason_text,
    reasons.evidence_item_id,
    reasons.evidence_count,
    cast(null as {{ dbt.type_string() }}) as experiment,
    cast(null as {{ dbt.type_string() }}) as arm,
    items.item_name,
    items.price,
    items.list_price,
    -- a mean says nothing without the number of ratings behind it, nor the number without the mean
    case when items.rating_count > 0 then cast(items.rating_average as double) end as rating_average,
    case
        when items.rating_average is not null and items.rating_count > 0
            then cast(items.rating_count as {{ dbt.type_bigint() }})
    end as rating_count,
    items.currency,
    items.image_url,
    items.item_url,
    case when items.list_price > items.price then 'price_drop' end as badge_type,
    case
        when items.list_price > items.price
            then {{ percent_saved('items.price', 'items.list_price') }}
    end as badge_text,
    as_of.as_of
from reasons
inner join items
    on reasons.item_id = items.item_id
left join items as evidence_items
    on reasons.evidence_item_id = evidence_items.item_id
cross join as_of
