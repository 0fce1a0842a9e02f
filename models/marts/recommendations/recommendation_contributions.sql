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

)

select
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
