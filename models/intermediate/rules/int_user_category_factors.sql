-- Boosts multiply; a block is a factor of 0, whatever else says.
with categories as (

    select distinct category
    from {{ ref('stg_items') }}

),

rules as (

    select
        user_id,
        effect_value,
        case when effect = 'block_category' then 0 else factor end as factor
    from {{ ref('int_user_rules') }}
    where effect in ('boost_category', 'block_category')

)

select
    rules.user_id,
    categories.category,
    case
        when min(rules.factor) = 0 then 0
        -- a product by way of logarithms, in exact decimals so that the order of rules changes nothing
        else round(exp(cast(
            sum(cast(ln(case when rules.factor > 0 then rules.factor else 1 end) as decimal(18, 12))) as double
        )), 9)
    end as category_factor
from rules
inner join categories
    on lower(rules.effect_value) = lower(categories.category)
group by rules.user_id, categories.category
