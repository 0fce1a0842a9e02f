-- `minimum_rank` counts how far a user must have come for the offer; null when minimum_segment says nothing known,
-- and such an offer is nobody's.
{% set discount_percent_unknown = 25 %}  {#- what an offer is taken to cost that does not say -#}

select
    offers.offer_id,
    families.family_item_id as item_id,
    offers.category,
    {{ offer_scope('families.family_item_id', 'offers.category') }} as scope,
    coalesce(offers.item_id in (families.family_item_id, families.family_id), true) as is_for_shown_item,
    cast(coalesce(offers.discount_percent, {{ discount_percent_unknown }}) as double) / 100 as discount_share,
    offers.discount_percent,
    case coalesce(offers.minimum_segment, 'new')
        when 'new' then 0
        when 'browser' then 1
        when 'first_time_buyer' then 2
        when 'repeat_buyer' then 3
        when 'high_value' then 4
        when 'vip' then 5
    end as minimum_rank,
    offers.starts_at <= as_of.as_of and offers.ends_at >= as_of.as_of as is_live,
    offers.starts_at,
    offers.ends_at
from {{ ref('stg_offers') }} as offers
cross join {{ ref('stg_as_of') }} as as_of
left join {{ ref('int_item_families') }} as families
    on offers.item_id = families.item_id
