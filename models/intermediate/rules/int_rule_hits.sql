with rules as (

    {% for rule in personalisation_rules() %}
        select
            {{ literal(rule['name']) }} as rule_name,
            {{ literal(rule['condition']) }} as rule_condition,
            {{ literal(rule['effect']) }} as effect,
            {{ literal(rule['value']) }} as effect_value,
            {{ rule['priority'] }} as priority
        union all
    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as rule_name,
        cast(null as {{ dbt.type_string() }}) as rule_condition,
        cast(null as {{ dbt.type_string() }}) as effect,
        cast(null as {{ dbt.type_string() }}) as effect_value,
        0 as priority
    where false

),

user_counts as (

    select
        rule_name,
        count(*) as user_count,
        count(*) filter (where effect_rank = 1) as first_user_count
    from {{ ref('int_user_rules') }}
    group by rule_name

)

select
    rules.rule_name,
    rules.rule_condition,
    rules.effect,
    rules.effect_value,
    rules.priority,
    coalesce(user_counts.user_count, 0) as user_count,
    coalesce(user_counts.first_user_count, 0) as first_user_count
from rules
left join user_counts
    on rules.rule_name = user_counts.rule_name
