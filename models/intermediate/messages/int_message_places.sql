-- What the subject names is what a reader opens the email for: it stands first, and what the list has before it moves
-- down by one.
{% set columns = [
    'message_id', 'position', 'item_id', 'short_name', 'is_nameable', 'category_name', 'reason_type', 'evidence_item_name',
    'evidence_count', 'saved_percent', 'badge_type', 'rating_average', 'rating_count', 'own_name', 'own_url', 'own_price',
    'own_list_price', 'own_currency'
] %}

with listings as (

    select * from {{ ref('int_message_listings') }}

),

leads as (

    select * from {{ ref('int_message_leads') }}

),

placed as (

    select
        listings.{{ columns | join(',\n        listings.') }},
        row_number() over (
            partition by listings.message_id
            order by case when leads.item_id is null then 1 else 0 end, listings.list_rank
        ) as place
    from listings
    left join leads
        on
            listings.message_id = leads.message_id
            and listings.item_id = leads.item_id

)

select
    placed.{{ columns | join(',\n    placed.') }},
    placed.place,
    case when placed.place <= recipients.items_primary then 'primary' else 'secondary' end as block
from placed
inner join {{ ref('int_message_recipients') }} as recipients
    on placed.message_id = recipients.message_id
