select
    recipients.message_id,
    recommendations.item_id,
    recommendations.position,
    recommendations.category,
    recommendations.reason_type,
    recommendations.saved_percent,
    labels.short_name
from {{ ref('int_message_recipients') }} as recipients
inner join {{ ref('int_recommendations') }} as recommendations
    on
        recipients.user_id = recommendations.user_id
        and recipients.placement = recommendations.placement
inner join {{ ref('int_item_labels') }} as labels
    on recommendations.item_id = labels.item_id
where
    recommendations.position <= {{ var('email_items_primary') + var('email_items_secondary') }}
    and labels.is_nameable
