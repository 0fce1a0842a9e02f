-- A reason that names a purchase is shown to a customer: each needs a kept order line of that user and item.
select
    recommended.user_id,
    recommended.position
from {{ ref('user_recommendations') }} as recommended
left join {{ ref('int_purchases') }} as purchases
    on
        recommended.user_id = purchases.user_id
        and recommended.evidence_item_id = purchases.item_id
where
    recommended.reason_type in ('because_you_bought', 'buy_again', 'complements')
    and purchases.item_id is null
