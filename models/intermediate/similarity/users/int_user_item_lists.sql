-- What a neighbour speaks for, in a row: the votes of a range of users look up lists, and no range makes them anew.
select
    user_items.user_key,
    array_sort(array_agg({{ ordered_struct(['item_number', 'interaction_weight', 'last_purchased_at']) }})) as items
from {{ ref('int_user_items') }} as user_items
inner join {{ ref('int_item_keys') }} as item_keys
    on user_items.item_key = item_keys.item_key
where
    user_items.taste_rank <= {{ constants().user_neighbour_items_max }}
    and user_items.interaction_weight > 0
group by user_items.user_key
