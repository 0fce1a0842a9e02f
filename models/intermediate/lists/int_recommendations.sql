-- What stands in finished lists gets its reason and everything that is printed of it. Each mart and message reads lists
-- of its own here, so that no row is written twice; marts put the reason into words.
{{ config(materialized='view') }}
{% set of_list %}
    lists.placement, lists.user_id, lists.item_id, lists.user_key, lists.item_key, lists.position, lists.block,
    lists.strategy, lists.score, lists.purchase_probability, lists.cold_start_factor, lists.playbook_factor,
    lists.item_rule_factor, lists.click_factor, lists.propensity, lists.evidence_item_id, lists.evidence_count,
    lists.listed_at
{% endset %}

with lists as (

    select
        {{ of_list }},
        case lists.strategy
            {% for strategy in strategies() if strategy.reason %}
                when '{{ strategy.name }}' then '{{ strategy.reason }}'
            {% endfor %}
            else 'suggestion'
        end as reason
    from {{ ref('int_placement_lists') }} as lists

),

items as (

    select * from {{ ref('int_printed_items') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

-- What `because_you` may say depends on what the user did with the evidence item. Apart from the others, and not only
-- to look up half as much: DuckDB 2.0.0 stops now and then ("dict-surviving join … not single-source") where a join is
-- built of what a `case` hands on for some of the rows, and never of a union.
reasons as (

    select
        {{ of_list }},
        case
            when interactions.purchase_count > 0 then 'because_you_bought'
            when interactions.view_count > 0 then 'because_you_viewed'
            when interactions.item_id is not null then 'because_you_liked'
            else 'suggestion'
        end as reason_type
    from lists
    left join interactions
        on
            lists.user_id = interactions.user_id
            and lists.evidence_item_id = interactions.item_id
    where lists.reason = 'because_you'
    union all
    select
        {{ of_list }},
        case
            -- drawn, or nothing behind it that may be said (int_placement_lists)
            when
                (lists.reason in ('popular', 'on_offer', 'similar_users') and lists.evidence_count = 0)
                or (
                    lists.reason in ('bought_together', 'complements', 'similar_items', 'upgrade')
                    and lists.evidence_item_id is null
                )
                then 'suggestion'
            else lists.reason
        end as reason_type
    from lists
    where lists.reason <> 'because_you'

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
