-- Something bought at least twice is due when the item's own repurchase interval has passed since it was bought last.
select
    bought.user_id,
    concat(bought.item_id, ':', cast(cast(bought.last_bought_at as date) as {{ dbt.type_string() }})) as occasion,
    {{ dbt.dateadd('second', 'cast(round(repurchases.gap_days * 86400) as bigint)', 'bought.last_bought_at') }}
        as happened_at,
    bought.item_id
from (
    select
        user_id,
        item_id,
        max(ordered_at) as last_bought_at
    from {{ ref('int_purchases') }}
    where user_id is not null
    group by user_id, item_id
    having min(order_id) <> max(order_id)
) as bought
inner join {{ ref('int_item_repurchases') }} as repurchases
    on bought.item_id = repurchases.item_id
where repurchases.gap_days > 0
