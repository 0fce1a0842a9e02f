-- The rules in seed rfm_groups put each of the 125 triples of scores into one group, give all eleven groups a triple,
-- and hold no row that never counts because the rows before it leave it nothing.
with scores as (

    {% for score in range(1, 6) %}
        select {{ score }} as score
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

rules as (

    select * from {{ ref('rfm_groups') }}

),

groups as (

    select
        rules.priority,
        recencies.score as recency_score,
        frequencies.score as frequency_score,
        monetaries.score as monetary_score
    from scores as recencies
    cross join scores as frequencies
    cross join scores as monetaries
    inner join rules
        on
            recencies.score between rules.recency_min and rules.recency_max
            and frequencies.score between rules.frequency_min and rules.frequency_max
            and monetaries.score between rules.monetary_min and rules.monetary_max
    qualify row_number() over (
        partition by recencies.score, frequencies.score, monetaries.score
        order by rules.priority
    ) = 1

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
