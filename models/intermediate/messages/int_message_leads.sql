-- Of the digest the group is that of the item's reason. What a trigger is about leads the others: a subject names
-- nothing that doesn't belong to it.
{% set groups = {
    'again': ['buy_again'],
    'waiting': ['left_in_cart', 'recently_viewed'],
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
where
    (
        triggers.strategies is null
        or concat('|', triggers.strategies, '|') like concat('%|', items.strategy, '|%')
    )
    and items.item_id = coalesce(recipients.shown_item_id, items.item_id)
qualify row_number() over (partition by recipients.message_id order by items.position) = 1
