-- The rules in seed rfm_groups put each of the 125 triples of scores into one group, give all eleven groups a triple,
-- and hold no row that never counts because the rows before it leave it nothing.
with groups as (

    select * from {{ ref('int_rfm_groups') }}

),

rules as (

    select * from {{ ref('rfm_groups') }}

)

select concat('125 triples of scores should have one group each, not ', count(*)) as problem
from groups
having
    count(*) <> 125
    or count(distinct 100 * recency_score + 10 * frequency_score + monetary_score) <> 125

union all

select concat('rfm_groups should name 11 groups, not ', count(distinct rules.rfm_group)) as problem
from rules
having count(distinct rules.rfm_group) <> 11

union all

select concat('row with priority ', rules.priority, ' (', rules.rfm_group, ') names no triple') as problem
from rules
left join groups
    on rules.priority = groups.priority
where groups.priority is null
