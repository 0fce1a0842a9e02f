-- An offer that a rule names comes first, when the user may have it. Otherwise the one with the highest expected
-- margin counts, and none when that is not above 0. It is offered when a rule or the user's playbook wants an offer.
with rules as (

    select
        user_id,
        rule_name,
        effect_value
    from {{ ref('int_user_rules') }}
    where
        effect = 'offer'
        and effect_rank = 1

),

playbook as (

    select distinct user_id
    from {{ ref('int_user_playbook') }}
    where offer_policy = 'best'

),

named as (

    select
        user_offers.*,
        rules.rule_name,
        coalesce(rules.effect_value = user_offers.offer_id, false) as is_named,
        rules.user_id is not null or playbook.user_id is not null as is_offered
    from {{ ref('int_user_offers') }} as user_offers
    left join rules
        on user_offers.user_id = rules.user_id
    left join playbook
        on user_offers.user_id = playbook.user_id

)

select
    user_id,
    offer_id,
    rule_name,
    purchase_probability,
    offer_purchase_probability,
    order_amount,
    discount_cost,
    expected_margin,
    incremental_margin,
    is_named,
    is_offered
from named
where
    is_named
    or expected_margin > 0
qualify row_number() over (
    partition by user_id
    order by
        case when is_named then 0 else 1 end,
        expected_margin desc,
        offer_id
) = 1
