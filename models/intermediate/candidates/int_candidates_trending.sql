-- The fastest-growing items of the user's country; of all countries for a user whose country is unknown.
{{ config(materialized='view') }}

with trends as (

    select
        item_keys.item_key,
        trends.country_code,
        trends.growth_ratio,
        trends.buyer_count_7d,
        row_number() over (
            partition by trends.country_code
            order by trends.growth_ratio desc, trends.buyer_count_7d desc, trends.item_id
        ) as trend_rank
    from {{ ref('int_item_trends') }} as trends
    inner join {{ ref('int_item_keys') }} as item_keys
        on trends.item_id = item_keys.item_id
    where trends.growth_ratio > 1 and trends.buyer_count_7d >= {{ var('trend_buyers_min') }}

),

users as (

    select * from {{ ref('int_candidate_users') }}

)

select
    users.user_key,
    trends.item_key,
    trends.growth_ratio as raw_score,
    cast(null as {{ dbt.type_int() }}) as evidence_key,
    cast(trends.buyer_count_7d as {{ dbt.type_int() }}) as evidence_count
from users
inner join trends
    on coalesce(users.country_code, '') = coalesce(trends.country_code, '')
where
    {{ strategy_is_enabled('trending') }}
    and trends.trend_rank <= {{ var('recommendations_per_user') }}
