-- A view: a term is worth computing only for the rows that somebody asks about.
{{ config(materialized='view') }}

with recommended as (

    select
        recommendations.position,
        positions.*
    from {{ ref('user_recommendations') }} as recommendations
    inner join {{ ref('int_candidate_positions') }} as positions
        on
            recommendations.user_id = positions.user_id
            and recommendations.item_id = positions.item_id

),

terms as (

    select
        user_id,
        item_id,
        position,
        times_bought,
        'intercept' as feature,
        cast(0 as double) as feature_position
    from recommended
    {% for feature in ranking_features() %}
        union all
        select
            user_id,
            item_id,
            position,
            times_bought,
            '{{ feature.name }}' as feature,
            {{ feature.name }} as feature_position
        from recommended
    {% endfor %}

),

-- what else the score is made of; a factor of 1 adds nothing
factors as (

    select
        ranked.user_id,
        ranked.item_id,
        ranked.position,
        cast({{ item_worth() }} as double) as objective,
        cast({{ boost('ranked.purchase_probability', 'coalesce(category_factors.category_factor, 1)') }} as double)
            as category_rules,
        coalesce(cold_start.score / nullif(scored.score, 0), 1) as cold_start,
        ranked.playbook_factor as playbook
    from {{ ref('int_ranked_candidates') }} as ranked
    inner join {{ ref('stg_items') }} as items
        on ranked.item_id = items.item_id
    inner join {{ ref('int_scored_candidates') }} as scored
        on
            ranked.user_id = scored.user_id
            and ranked.item_id = scored.item_id
    left join {{ ref('int_cold_start_scores') }} as cold_start
        on
            ranked.user_id = cold_start.user_id
            and ranked.item_id = cold_start.item_id
    left join {{ ref('int_user_category_factors') }} as category_factors
        on
            ranked.user_id = category_factors.user_id
            and items.category = category_factors.category

),

run as (

    select max(run_id) as run_id from {{ ref('int_ranker_coefficients') }}

)

select
    'probability' as part,
    terms.user_id,
    terms.item_id,
    terms.position,
    terms.feature,
    case when terms.feature <> 'intercept' then terms.feature_position end as feature_position,
    cast(
        coefficients.coefficient
        + coefficients.step * coalesce(terms.feature_position - floor(terms.feature_position), 0) as double
    ) as contribution,
    coefficients.run_id
from terms
inner join {{ ref('int_ranker_coefficients') }} as coefficients
    on
        terms.times_bought = coefficients.times_bought
        and terms.feature = coefficients.feature
        and coalesce(cast(floor(terms.feature_position) as {{ dbt.type_int() }}), -1) = coefficients.knot
{% for factor in ['objective', 'category_rules', 'cold_start', 'playbook'] %}
    union all
    select
        'score' as part,
        factors.user_id,
        factors.item_id,
        cast(factors.position as integer) as position,
        '{{ factor }}' as feature,
        cast(null as double) as feature_position,
        ln(factors.{{ factor }}) as contribution,
        run.run_id
    from factors
    cross join run
    where factors.{{ factor }} > 0 and factors.{{ factor }} <> 1
{% endfor %}
