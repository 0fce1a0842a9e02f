{{ config(severity='warn') }}

-- A category that no item has, or an offer that is not in the inputs, makes a rule, or an arm of an experiment, without
-- effect. A warning, since offers come and go with the inputs.
select
    rules.rule_name,
    rules.effect_value
from {{ ref('int_rule_hits') }} as rules
left join {{ ref('stg_items') }} as items
    on lower(rules.effect_value) = lower(items.category)
left join {{ ref('stg_offers') }} as offers
    on rules.effect_value = offers.offer_id
where
    (rules.effect in ('boost_category', 'block_category') and items.item_id is null)
    or (rules.effect = 'offer' and rules.effect_value <> 'best' and offers.offer_id is null)
union all
select
    concat('experiment ', arms.experiment, ', arm ', arms.arm) as rule_name,
    arms.offer as effect_value
from {{ ref('int_experiment_arms') }} as arms
left join {{ ref('stg_offers') }} as offers
    on arms.offer = offers.offer_id
where
    arms.is_running
    and arms.offer not in ('none', 'best')
    and offers.offer_id is null
