-- Of the digest the group is that of the item's reason. What a trigger is about leads the others: a subject names
-- nothing that doesn't belong to it, and of what goes with an order nothing of a kind that the order had.
{% set groups = {
    'again': ['buy_again'],
    'waiting': ['left_in_cart', 'recently_viewed', 'viewed_before'],
    'matching': [
        'because_you_bought', 'because_you_viewed', 'because_you_liked', 'bought_together', 'complements', 'similar_items',
        'upgrade'
    ],
    'popular': ['similar_users', 'popular', 'trending', 'trending_in_category'],
    'fresh': ['new_arrivals'],
    'reduced': ['on_offer']
} %}

with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

items as (

    select * from {{ ref('int_message_named_items') }}

),

triggers as (

    select * from {{ ref('triggers') }}

),

-- the occasion of this trigger is an order
just_bought as (

    select distinct
        chosen.message_id,
        labels.kind_number
    from {{ ref('int_chosen_triggers') }} as chosen
    inner join {{ ref('int_purchases') }} as purchases
        on chosen.occasion = purchases.order_id
    inner join {{ ref('int_item_labels') }} as labels
        on purchases.item_id = labels.item_id
    where chosen.trigger_type = 'post_purchase'

)

select
    recipients.message_id,
    items.item_id,
    items.short_name,
    case
        when recipients.trigger_type <> 'recommendations' then 'item'
        {% for group, reasons in groups.items() %}
            when items.reason_type in ({{ "'" ~ reasons | join("', '") ~ "'" }}) then '{{ group }}'
        {% endfor %}
        else 'suggestion'
    end as subject_group
from recipients
inner join items
    on recipients.message_id = items.message_id
inner join triggers
    on recipients.trigger_type = triggers.trigger_type
left join just_bought
    on
        items.message_id = just_bought.message_id
        and items.kind_number = just_bought.kind_number
where
    just_bought.message_id is null
    and (
        triggers.strategies is null
        or concat('|', triggers.strategies, '|') like concat('%|', items.strategy, '|%')
    )
    and items.item_id = coalesce(recipients.shown_item_id, items.item_id)
qualify row_number() over (partition by recipients.message_id order by items.position) = 1
