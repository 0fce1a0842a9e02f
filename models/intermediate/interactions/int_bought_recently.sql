-- What came back counts too: nobody wants to be offered what they have just returned.
select
    bought.user_id,
    families.family_item_id as item_id,
    max(bought.ordered_at) as last_purchased_at
from {{ ref('int_bought_lines') }} as bought
inner join {{ ref('int_item_families') }} as families
    on bought.item_id = families.item_id
cross join {{ ref('stg_as_of') }} as as_of
where
    bought.user_id is not null
    and bought.ordered_at > {{ dbt.dateadd('day', -1 * var('repurchase_window_days'), 'as_of.as_of') }}
group by bought.user_id, families.family_item_id
