-- A round writes the rows of int_printed_users alone.
-- depends_on: {{ ref('int_printed_users') }}
{{ config(writes_printed_users=true) }}

with lines as (

    select
        recommendations.*,
        lists.experiment,
        lists.arm
    from {{ ref('int_recommendations') }} as recommendations
    -- who has left a placement by time alone, a cart's say, keeps the list and is shown it no more
    inner join {{ ref('int_placement_users') }} as lists
        on
            recommendations.placement = lists.placement
            and recommendations.user_id = lists.user_id
    where
        recommendations.placement <> 'email_digest'
        and recommendations.{{ is_in_part('user_key') }}

),

worded as (

    {{ with_item_texts('lines') }}

)

select
    user_id,
    placement,
    item_id,
    cast(position as integer) as position,
    block,
    strategy,
    cast(score as double) as score,
    cast(purchase_probability as double) as purchase_probability,
    propensity,
    reason_type,
    reason_text,
    evidence_item_id,
    evidence_count,
    item_name,
    price,
    list_price,
    cast(rating_average as double) as rating_average,
    cast(rating_count as {{ dbt.type_bigint() }}) as rating_count,
    currency,
    image_url,
    item_url,
    badge_type,
    badge_text,
    experiment,
    arm,
    listed_at as as_of
from worded
