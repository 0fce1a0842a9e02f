select
    lifts.item_id,
    lifts.category,
    lifts.slot_count,
    lifts.click_count,
    lifts.foretold_click_count,
    lifts.category_lift,
    lifts.click_lift,
    greatest(lifts.click_lift - 1.644854 * lifts.click_lift_error, 0) as click_lift_low,
    lifts.click_lift_high,
    conversions.order_count,
    conversions.conversion_rate,
    conversions.conversion_lift,
    lifts.order_lift,
    lifts.click_factor,
    lifts.is_promising,
    as_of.as_of
from {{ ref('int_item_click_lifts') }} as lifts
inner join {{ ref('int_item_conversions') }} as conversions
    on lifts.item_id = conversions.item_id
cross join {{ ref('stg_as_of') }} as as_of
