-- Looked at, wished for or put in the cart shortly before its price fell, as much as a badge needs, and not bought
-- since. What counts is the price now against the one that builds knew within a day of the look: not one that fell and
-- rose again, and not one that came back to where it was. Of a price of the reader's own market no history is known.
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
        last_wanted_at as wanted_at
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
    seen.user_id,
    concat(seen.item_id, ':', cast(cast(seen.as_of as date) as {{ dbt.type_string() }})) as occasion,
    seen.as_of as happened_at,
    seen.item_id
from seen
inner join {{ ref('stg_users') }} as users
    on seen.user_id = users.user_id
left join {{ ref('int_item_markets') }} as markets
    on
        seen.item_id = markets.item_id
        and lower(users.locale) = markets.locale
where
    markets.price is null
    and seen.currency = seen.seen_currency
    and seen.price <= seen.seen_price * (1 - {{ var('saving_percent_min') }} / 100.0)
