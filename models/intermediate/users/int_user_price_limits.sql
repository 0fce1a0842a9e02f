-- How far from the own price band an item may lie. Who would then be left with fewer items than the list has places has
-- no limit.
{% set below, above, slack = var('price_band_budget_below'), var('price_band_premium_above'), var('price_band_slack') %}

with limits as (

    {% for price_band, low, high in [
        ('budget', '0', below ~ ' + ' ~ slack), ('mid', below ~ ' - ' ~ slack, above ~ ' + ' ~ slack),
        ('premium', above ~ ' - ' ~ slack, '1')
    ] %}
        select
            '{{ price_band }}' as price_band,
            cast({{ low }} as double) as price_share_min,
            cast({{ high }} as double) as price_share_max
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

inside as (

    select
        limits.price_band,
        limits.price_share_min,
        limits.price_share_max,
        count(*) as item_count
    from limits
    inner join {{ ref('int_available_items') }} as items
        on items.price_share between limits.price_share_min and limits.price_share_max
    group by limits.price_band, limits.price_share_min, limits.price_share_max

),

bought_recently as (

    select
        user_id,
        count(*) as item_count
    from {{ ref('int_bought_recently') }}
    group by user_id

)

select
    users.user_id,
    users.price_band,
    inside.price_share_min,
    inside.price_share_max
from {{ ref('int_user_price_bands') }} as users
inner join inside
    on users.price_band = inside.price_band
left join bought_recently
    on users.user_id = bought_recently.user_id
where inside.item_count - coalesce(bought_recently.item_count, 0) >= {{ var('recommendations_per_user') }}
