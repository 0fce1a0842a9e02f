-- Looked at, wished for or put in the cart shortly before its price fell, as much as a badge needs, and not bought
-- since. What counts is the price now against the one that builds knew within a day of the look: not one that fell and
-- rose again, and not one that came back to where it was.
with prices as (

    select
        item_id,
        price,
        currency,
        as_of
    from {{ ref('int_item_history') }}
    where
        price_before is null
        or price_before <> price

),

prices_now as (

    select * from prices
    qualify row_number() over (partition by item_id order by as_of desc) = 1

),

wanted as (

    select
        user_id,
        item_id,
        greatest(coalesce(last_looked_at, last_cart_added_at), coalesce(last_cart_added_at, last_looked_at))
            as wanted_at
    from {{ ref('int_interactions') }}
    where
        last_purchased_at is null
        or last_purchased_at < coalesce(last_cart_added_at, last_looked_at)

),

lately_wanted as (

    select
        wanted.*,
        prices_now.price,
        prices_now.currency,
        prices_now.as_of
    from wanted
    inner join prices_now
        on wanted.item_id = prices_now.item_id
    where
        wanted.wanted_at < prices_now.as_of
        and wanted.wanted_at >= {{ dbt.dateadd('day', -1 * var('resume_days'), 'prices_now.as_of') }}

),

seen as (

    select
        lately_wanted.*,
        prices.price as seen_price,
        prices.currency as seen_currency
    from lately_wanted
    inner join prices
        on
            lately_wanted.item_id = prices.item_id
            and prices.as_of < {{ dbt.dateadd('day', 1, 'lately_wanted.wanted_at') }}
    qualify
        row_number() over (partition by lately_wanted.user_id, lately_wanted.item_id order by prices.as_of desc) = 1

)

select
    user_id,
    concat(item_id, ':', cast(cast(as_of as date) as {{ dbt.type_string() }})) as occasion,
    as_of as happened_at,
    item_id
from seen
where
    currency = seen_currency
    and price <= seen_price * (1 - {{ var('saving_percent_min') }} / 100.0)
