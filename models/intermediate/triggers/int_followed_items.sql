-- What an email showed in vain its follow-up does not show again.
select distinct
    triggers.placement,
    user_keys.user_key,
    item_keys.item_key
from {{ ref('int_followed_messages') }} as followed
inner join {{ ref('triggers') }} as triggers
    on triggers.trigger_type = 'follow_up'
inner join {{ ref('int_mailed_items') }} as mailed_items
    on
        followed.message_id = mailed_items.message_id
        and followed.user_id = mailed_items.user_id
inner join {{ ref('int_user_keys') }} as user_keys
    on followed.user_id = user_keys.user_id
inner join {{ ref('int_item_keys') }} as item_keys
    on mailed_items.item_id = item_keys.item_id
