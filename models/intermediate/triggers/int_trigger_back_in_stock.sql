-- Looked at or wished for shortly before it came back, and not bought since. Of an item whose stock is tracked so few
-- hear that the stock may serve them: those who care most.
{% set mails_per_unit = 5 %}
with returns as (

    select
        history.item_id,
        history.as_of,
        items.stock_quantity
    from {{ ref('int_item_history') }} as history
    inner join {{ ref('stg_items') }} as items
        on history.item_id = items.item_id
    where
        history.is_in_stock
        and not history.was_in_stock

),

wanted as (

    select
        user_id,
        item_id,
        interaction_weight,
        last_looked_at
    from {{ ref('int_interactions') }}
    where
        last_purchased_at is null
        or last_purchased_at < last_looked_at

)

select
    wanted.user_id,
    concat(wanted.item_id, ':', cast(cast(returns.as_of as date) as {{ dbt.type_string() }})) as occasion,
    returns.as_of as happened_at,
    wanted.item_id
from returns
inner join wanted
    on returns.item_id = wanted.item_id
where
    wanted.last_looked_at < returns.as_of
    and wanted.last_looked_at >= {{ dbt.dateadd('day', -1 * var('resume_days'), 'returns.as_of') }}
qualify
    row_number() over (
        partition by wanted.user_id, wanted.item_id, cast(returns.as_of as date)
        order by returns.as_of desc
    ) = 1
    and (
        returns.stock_quantity is null
        or row_number() over (
            partition by returns.item_id, returns.as_of
            order by wanted.interaction_weight desc, wanted.user_id
        ) <= {{ mails_per_unit }} * returns.stock_quantity
    )
