select
    recommendations.user_id,
    recommendations.placement,
    recommendations.item_id,
    cast(recommendations.position as integer) as position,
    recommendations.block,
    recommendations.strategy,
    cast(recommendations.score as double) as score,
    cast(recommendations.purchase_probability as double) as purchase_probability,
    recommendations.propensity,
    recommendations.reason_type,
    recommendations.reason_text,
    recommendations.evidence_item_id,
    recommendations.evidence_count,
    recommendations.item_name,
    recommendations.price,
    recommendations.list_price,
    cast(recommendations.rating_average as double) as rating_average,
    cast(recommendations.rating_count as {{ dbt.type_bigint() }}) as rating_count,
    recommendations.currency,
    recommendations.image_url,
    recommendations.item_url,
    recommendations.badge_type,
    recommendations.badge_text,
    lists.experiment,
    lists.arm,
    recommendations.listed_at as as_of
from {{ ref('int_recommendations') }} as recommendations
-- who has left a placement by time alone, a cart's say, keeps the list and is shown it no more
inner join {{ ref('int_placement_users') }} as lists
    on
        recommendations.placement = lists.placement
        and recommendations.user_id = lists.user_id
where recommendations.placement <> 'email_digest'
