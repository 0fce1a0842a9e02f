-- A price fell when it is lower by as much as a badge needs than the lowest one of the 30 days before it came, and it
-- came in the last 30: so the Union defines a price reduction (Directive 98/6/EC, article 6a). What was dear for a day,
-- or came back to where it was, has not fallen.
{% set days = 30 %}

with prices as (

    select
        item_id,
        price,
        currency,
        as_of,
        lead(as_of) over (partition by item_id order by as_of) as ended_at
    from {{ ref('int_item_history') }}
    where
        price_before is null
        or price_before <> price

),

new_prices as (

    select prices.*
    from prices
    cross join {{ ref('stg_as_of') }} as as_of
    where
        prices.ended_at is null
        and prices.as_of > {{ dbt.dateadd('day', -1 * days, 'as_of.as_of') }}

),

compared as (

    select
        new_prices.item_id,
        new_prices.price,
        min(prices.price) as lowest_price
    from new_prices
    inner join prices
        on
            new_prices.item_id = prices.item_id
            and new_prices.currency = prices.currency
            and new_prices.as_of > prices.as_of
            and prices.ended_at > {{ dbt.dateadd('day', -1 * days, 'new_prices.as_of') }}
    group by new_prices.item_id, new_prices.price

)

select
    item_id,
    {{ saved_percent('price', 'lowest_price') }} as fallen_percent
from compared
where {{ saved_percent('price', 'lowest_price') }} > 0
