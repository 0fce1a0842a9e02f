-- What came back counts too: nobody wants to be offered what they have just returned.
select
    lines.user_id,
    families.family_item_id as item_id,
    max(lines.ordered_at) as last_purchased_at
from {{ ref('int_bought_lines') }} as lines
inner join {{ ref('int_item_families') }} as families
    on lines.item_id = families.item_id
cross join {{ ref('stg_as_of') }} as as_of
where
    lines.user_id is not null
    and lines.ordered_at > {{ dbt.dateadd('day', -1 * var('repurchase_window_days'), 'as_of.as_of') }}
group by lines.user_id, families.family_item_id
