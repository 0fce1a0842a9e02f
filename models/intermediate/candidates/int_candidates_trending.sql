-- The fastest-growing items of the user's country; of all countries for a user whose country is unknown.
with trends as (

    select
        item_id,
        country_code,
        growth_ratio,
        buyer_count_7d,
        row_number() over (
            partition by country_code
            order by growth_ratio desc, buyer_count_7d desc, item_id
        ) as trend_rank
    from {{ ref('int_item_trends') }}
    where growth_ratio > 1 and buyer_count_7d >= {{ var('trend_buyers_min') }}

),

users as (

    select * from {{ ref('stg_users') }}

)

select
    users.user_id,
    trends.item_id,
    trends.growth_ratio as raw_score,
    cast(null as {{ dbt.type_string() }}) as evidence_item_id,
    cast(trends.buyer_count_7d as bigint) as evidence_count
from users
inner join trends
    on coalesce(users.country_code, '') = coalesce(trends.country_code, '')
where
    {{ strategy_is_enabled('trending') }}
    and trends.trend_rank <= {{ var('recommendations_per_user') }}
