-- Each condition of var `personalisation_rules` is a where-clause over the user features; one that is null is not met.
with features as (

    select * from {{ ref('int_user_features') }}

),

hits as (

    {% for rule in personalisation_rules() %}
        select
            user_id,
            {{ literal(rule['name']) }} as rule_name,
            {{ literal(rule['effect']) }} as effect,
            {{ literal(rule['value']) }} as effect_value,
            cast({{ rule.get('factor', 'null') }} as double) as factor,
            {{ rule['priority'] }} as priority
        from features
        where {{ rule['condition'] }}
        union all
    {% endfor %}
    select
        user_id,
        cast(null as {{ dbt.type_string() }}) as rule_name,
        cast(null as {{ dbt.type_string() }}) as effect,
        cast(null as {{ dbt.type_string() }}) as effect_value,
        cast(null as double) as factor,
        0 as priority
    from features
    where false

)

select
    user_id,
    rule_name,
    effect,
    effect_value,
    factor,
    priority,
    row_number() over (partition by user_id, effect order by priority, rule_name) as effect_rank
from hits
