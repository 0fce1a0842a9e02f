-- What stands in finished lists gets its reason and everything that is printed of it. Each mart and message reads lists
-- of its own here, so that no row is written twice; marts put the reason into words.
{{ config(materialized='view') }}

with listed as (

    select
        placement,
        user_id,
        item_id,
        user_key,
        item_key,
        position,
        block,
        strategy,
        score,
        purchase_probability,
        cold_start_factor,
        playbook_factor,
        item_rule_factor,
        click_factor,
        propensity,
        evidence_item_id,
        evidence_count,
        listed_at,
        case strategy
            {% for strategy in strategies() if strategy.reason %}
                when '{{ strategy.name }}' then '{{ strategy.reason }}'
            {% endfor %}
        end as reason
    from {{ ref('int_placement_lists') }}

),

items as (

    select * from {{ ref('int_printed_items') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

-- what the reason may say depends on what the user did with the evidence item
reasons as (

    select
        listed.*,
        case
            -- drawn, or nothing behind it that may be said (int_placement_lists)
            when
                listed.reason is null
                or (listed.reason in ('popular', 'on_offer', 'similar_users') and listed.evidence_count = 0)
                or (
                    listed.reason in ('because_you', 'bought_together', 'complements', 'similar_items', 'upgrade')
                    and listed.evidence_item_id is null
                )
                then 'suggestion'
            when listed.reason <> 'because_you' then listed.reason
            when interactions.purchase_count > 0 then 'because_you_bought'
            when interactions.view_count > 0 then 'because_you_viewed'
            when interactions.item_id is not null then 'because_you_liked'
            else 'suggestion'
        end as reason_type
    from listed
    left join interactions
        on
            listed.user_id = interactions.user_id
            and listed.evidence_item_id = interactions.item_id

)

select
    reasons.*,
    'en' as language,
    ',' as group_mark,
    4 as grouped_from_digits,
    -- another item of the same name explains nothing
    case
        when
            reasons.evidence_item_id = reasons.item_id
            or lower(evidence_items.item_name) <> lower(items.item_name)
            then evidence_items.item_name
    end as evidence_item_name,
    items.item_name,
    items.category,
    items.currency,
    items.image_url,
    items.item_url,
    items.price,
    items.list_price,
    items.rating_average,
    items.rating_count,
    items.saved_percent,
    items.badge_type
from reasons
inner join items
    on reasons.item_id = items.item_id
left join items as evidence_items
    on reasons.evidence_item_id = evidence_items.item_id
