-- A view: a term is worth computing only for the rows that somebody asks about.
{{ config(materialized='view') }}
{% set category_factor = 'coalesce(category_factors.category_factor, 1)' %}
{% set click_factor = category_factor ~ ' * shown.click_factor' %}

with shown as (

    select * from {{ ref('int_placement_lists') }}
    where placement = 'email_digest'

),

places as (

    select * from {{ ref('int_shown_knot_places') }}

),

terms as (

    select
        user_id,
        item_id,
        position,
        times_bought,
        'intercept' as feature,
        cast(0 as double) as knot_place
    from places
    {% for feature in ranking_features() %}
        union all
        select
            user_id,
            item_id,
            position,
            times_bought,
            '{{ feature.name }}' as feature,
            {{ feature.name }} as knot_place
        from places
    {% endfor %}

),

items as (

    select
        items.item_id,
        items.category,
        cast({{ item_worth() }} as double) as worth
    from {{ ref('stg_items') }} as items

),

-- what else the score is made of; a factor of 1 adds nothing
factors as (

    select
        shown.user_id,
        shown.item_id,
        shown.position,
        items.worth as objective,
        cast({{ boost('shown.purchase_probability', category_factor) }} as double) as category_rules,
        -- on the odds that the rules left
        cast(({{ boost('shown.purchase_probability', click_factor) }}) as double)
        / cast(({{ boost('shown.purchase_probability', category_factor) }}) as double) as clicks,
        shown.cold_start_factor as cold_start,
        shown.playbook_factor as playbook,
        shown.item_rule_factor as item_rules
    from shown
    inner join items
        on shown.item_id = items.item_id
    left join {{ ref('int_user_category_factors') }} as category_factors
        on
            shown.user_id = category_factors.user_id
            and items.category = category_factors.category

),

run as (

    select max(run_id) as run_id from {{ ref('int_ranker_coefficients') }}

)

select
    'probability' as part,
    terms.user_id,
    terms.item_id,
    cast(terms.position as integer) as position,
    terms.feature,
    case when terms.feature <> 'intercept' then terms.knot_place end as knot_place,
    cast(
        coefficients.coefficient
        + coefficients.step * coalesce(terms.knot_place - floor(terms.knot_place), 0) as double
    ) as contribution,
    coefficients.run_id
from terms
inner join {{ ref('int_ranker_coefficients') }} as coefficients
    on
        terms.times_bought = coefficients.times_bought
        and terms.feature = coefficients.feature
        and coalesce(cast(floor(terms.knot_place) as {{ dbt.type_int() }}), -1) = coefficients.knot
{% for factor in ['objective', 'category_rules', 'clicks', 'cold_start', 'playbook', 'item_rules'] %}
    union all
    select
        'score' as part,
        factors.user_id,
        factors.item_id,
        cast(factors.position as integer) as position,
        '{{ factor }}' as feature,
        cast(null as double) as knot_place,
        ln(factors.{{ factor }}) as contribution,
        run.run_id
    from factors
    cross join run
    where factors.{{ factor }} > 0 and factors.{{ factor }} <> 1
{% endfor %}
