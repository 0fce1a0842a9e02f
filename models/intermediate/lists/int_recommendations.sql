-- The only model that reads the finished lists: what stands there gets its reason and everything that is printed of it.
with listed as (

    select
        *,
        case strategy
            {% for strategy in strategies() if strategy.reason %}
                when '{{ strategy.name }}' then '{{ strategy.reason }}'
            {% endfor %}
        end as reason
    from {{ ref('int_placement_lists') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

-- what the reason may say depends on what the user did with the evidence item
reasons as (

    select
        listed.*,
        case
            -- nobody bought it, or the offer does not say how much it saves
            when listed.reason in ('popular', 'on_offer') and listed.evidence_count = 0 then null
            when listed.reason <> 'because_you' then listed.reason
            when interactions.purchase_count > 0 then 'because_you_bought'
            when interactions.view_count > 0 then 'because_you_viewed'
            when interactions.item_id is not null then 'because_you_liked'
        end as reason_type
    from listed
    left join interactions
        on
            listed.user_id = interactions.user_id
            and listed.evidence_item_id = interactions.item_id

),

lines as (

    select
        reasons.*,
        'en' as language,
        evidence_items.item_name as evidence_item_name,
        items.item_name,
        items.category,
        items.currency,
        items.image_url,
        items.item_url,
        items.price,
        items.list_price,
        -- a mean says nothing without the number of ratings behind it, nor the number without the mean
        case when items.rating_count > 0 then items.rating_average end as rating_average,
        case when items.rating_count > 0 and items.rating_average is not null then items.rating_count end
            as rating_count,
        -- rounded down, so that no badge promises too much; less than 1 % is not worth one
        case
            when items.list_price > items.price
                then nullif(cast(floor(100 - 100 * items.price / items.list_price) as {{ dbt.type_int() }}), 0)
        end as saved_percent,
        case when saved_percent > 0 then 'price_drop' end as badge_type
    from reasons
    inner join items
        on reasons.item_id = items.item_id
    left join items as evidence_items
        on reasons.evidence_item_id = evidence_items.item_id

)

{{ with_item_texts('lines') }}
