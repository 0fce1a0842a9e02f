-- In a steady state the weekly-decayed count, scaled by the ratio of the half-lives, equals the monthly-decayed one;
-- what lies above it is growth. The prior keeps a second sale from doubling an item.
with purchases as (

    select
        purchases.item_id,
        coalesce(purchases.user_id, purchases.order_id) as buyer_id,
        users.country_code,
        purchases.ordered_at
    from {{ ref('int_purchases') }} as purchases
    left join {{ ref('stg_users') }} as users
        on purchases.user_id = users.user_id

),

-- every purchase counts for all countries (null) and for its own
by_country as (

    select
        item_id,
        buyer_id,
        cast(null as {{ dbt.type_string() }}) as country_code,
        ordered_at
    from purchases
    union all
    select
        item_id,
        buyer_id,
        country_code,
        ordered_at
    from purchases
    where country_code is not null

),

decayed as (

    select
        by_country.item_id,
        by_country.country_code,
        sum(cast({{ decay(age_in_days('by_country.ordered_at'), var('trend_half_life_days')) }} as decimal(18, 6)))
            as recent_count,
        sum(cast({{ decay(age_in_days('by_country.ordered_at'), var('half_life_days')) }} as decimal(18, 6)))
            as usual_count,
        count(distinct case
            when by_country.ordered_at > {{ dbt.dateadd('day', -7, 'as_of.as_of') }} then by_country.buyer_id
        end) as buyer_count_7d
    from by_country
    cross join {{ ref('stg_as_of') }} as as_of
    group by by_country.item_id, by_country.country_code

)

select
    item_id,
    country_code,
    buyer_count_7d,
    round(
        (
            cast(recent_count as double) * {{ var('half_life_days') }} / {{ var('trend_half_life_days') }}
            + {{ var('trend_prior_count') }}
        )
        / (cast(usual_count as double) + {{ var('trend_prior_count') }}),
        9
    ) as growth_ratio
from decayed
