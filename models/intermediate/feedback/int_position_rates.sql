-- How often the place alone is clicked: from explored slots, where a draw and not the ranking said what stands there.
-- Until a position has a thousand of them, it leans on how its clicks compare with other positions' in all slots: those
-- hold better items further up, so less is said to be the item's doing than is.
{% set prior_slots = 1000 %}

with counted as (

    select
        position,
        count(*) as slot_count,
        sum(is_clicked) as click_count,
        sum(case when is_explored then 1 else 0 end) as explored_slot_count,
        cast(sum(case when is_explored then slot_weight else 0 end) as double) as explored_weight,
        cast(sum(case when is_explored then slot_weight * is_clicked else 0 end) as double) as explored_clicked
    from {{ ref('int_answered_slots') }}
    group by position

),

totals as (

    select
        (sum(click_count) + 1) / cast(sum(slot_count) + 2 as double) as rate_of_all,
        sum(explored_weight) as explored_weight,
        sum(explored_clicked) as explored_clicked
    from counted

),

priors as (

    select
        counted.*,
        -- the position beside the mean of all positions
        (counted.click_count + {{ prior_slots }} * totals.rate_of_all)
        / (counted.slot_count + {{ prior_slots }}) / totals.rate_of_all
        -- and the mean of what is drawn
        * (totals.explored_clicked + {{ prior_slots }} * totals.rate_of_all)
        / (totals.explored_weight + {{ prior_slots }}) as prior_rate
    from counted
    cross join totals

)

select
    position,
    cast(slot_count as {{ dbt.type_bigint() }}) as slot_count,
    cast(click_count as {{ dbt.type_bigint() }}) as click_count,
    cast(explored_slot_count as {{ dbt.type_bigint() }}) as explored_slot_count,
    -- of the explored slots alone: IPS weights over their sum (SNIPS)
    round(explored_clicked / nullif(explored_weight, 0), 9) as explored_rate,
    round(
        (explored_clicked + {{ prior_slots }} * prior_rate) / (explored_weight + {{ prior_slots }}), 9
    ) as baseline_rate
from priors
