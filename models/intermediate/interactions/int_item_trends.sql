-- In a steady state the weekly-decayed count, scaled by the ratio of the half-lives, equals the monthly-decayed one;
-- what lies above it is growth. The prior, in sales on both sides, keeps a second sale from doubling an item.
{% set half_life, trend_half_life, prior_count = var('half_life_days'), constants().trend_half_life_days, 5 %}
{% set age_days = age_in_days(day_end('days.order_date')) %}

with as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

days as (

    select * from {{ ref('int_daily_item_sales') }}

),

recent as (

    select
        purchases.item_id,
        users.country_code,
        coalesce(purchases.user_id, purchases.anonymous_id, purchases.order_id) as buyer_id
    from {{ ref('int_purchases') }} as purchases
    left join {{ ref('stg_users') }} as users
        on purchases.user_id = users.user_id
    cross join as_of
    where purchases.ordered_at > {{ dbt.dateadd('day', -7, 'as_of.as_of') }}

),

decayed as (

    select
        days.item_id,
        days.country_code,
        cast(days.day_end_trend_count * {{ decay(age_days, trend_half_life) }} as decimal(18, 6)) as recent_count,
        cast(days.day_end_count * {{ decay(age_days, half_life) }} as decimal(18, 6)) as usual_count
    from days
    cross join as_of

),

-- every purchase counts for all countries (null) and for its own
counted as (

    {% for country_code in ['cast(null as ' ~ dbt.type_string() ~ ')', 'country_code'] %}
        select
            item_id,
            {{ country_code }} as country_code,
            sum(recent_count) as recent_count,
            sum(usual_count) as usual_count
        from decayed
        {{ 'where country_code is not null' if loop.last }}
        group by 1, 2
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

buyers as (

    {% for country_code in ["''", 'country_code'] %}
        select
            item_id,
            {{ country_code }} as country_code,
            count(distinct buyer_id) as buyer_count
        from recent
        {{ 'where country_code is not null' if loop.last }}
        group by 1, 2
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    counted.item_id,
    counted.country_code,
    coalesce(buyers.buyer_count, 0) as buyer_count_7d,
    round(
        (
            cast(counted.recent_count as double) * {{ half_life }} / {{ trend_half_life }}
            + {{ prior_count }}
        )
        / (cast(counted.usual_count as double) + {{ prior_count }}),
        9
    ) as growth_ratio
from counted
left join buyers
    on
        counted.item_id = buyers.item_id
        and coalesce(counted.country_code, '') = buyers.country_code
