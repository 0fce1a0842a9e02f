-- Looked at or put in the cart shortly before its price fell, as much as a badge needs, and not bought since. Days are
-- those of an item's price as builds saw it.
with drops as (

    select
        item_id,
        as_of
    from {{ ref('int_item_history') }}
    where price <= price_before * (1 - {{ var('saving_percent_min') }} / 100.0)

),

wanted as (

    select
        user_id,
        item_id,
        greatest(coalesce(last_viewed_at, last_cart_added_at), coalesce(last_cart_added_at, last_viewed_at))
            as wanted_at
    from {{ ref('int_interactions') }}
    where
        last_purchased_at is null
        or last_purchased_at < coalesce(last_cart_added_at, last_viewed_at)

)

select
    wanted.user_id,
    concat(wanted.item_id, ':', cast(cast(drops.as_of as date) as {{ dbt.type_string() }})) as occasion,
    drops.as_of as happened_at,
    wanted.item_id
from drops
inner join wanted
    on drops.item_id = wanted.item_id
where
    wanted.wanted_at < drops.as_of
    and wanted.wanted_at >= {{ dbt.dateadd('day', -1 * var('resume_days'), 'drops.as_of') }}
qualify row_number() over (
    partition by wanted.user_id, wanted.item_id, cast(drops.as_of as date)
    order by drops.as_of desc
) = 1
