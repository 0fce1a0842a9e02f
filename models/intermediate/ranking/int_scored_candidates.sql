-- P(buys within the label window) = 1 / (1 + exp(-log-odds)); the log-odds are a sum of one linear spline per feature,
-- with coefficients of their own for items never bought, bought once and bought more often.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set features = ranking_features() %}
{% set best_sellers = strategies() | selectattr('name', 'equalto', 'best_sellers') | first %}
{% set odds_factor = 'coalesce(factors.category_factor, 1) * items.click_factor' %}
{% set knot = ordered_struct(['knot', 'coefficient', 'step']) %}

with places as (

    select * from {{ ref('int_candidate_knot_places') }}
    where {{ is_in_part('user_key') }}

),

knots as (

    select
        times_bought,
        {% for feature in features %}
            array_sort(array_agg({{ knot }}) filter (where feature = '{{ feature.name }}')) as {{ feature.name }},
        {% endfor %}
        max(coefficient) filter (where feature = 'intercept') as intercept
    from {{ ref('int_ranker_coefficients') }}
    group by times_bought

),

-- a branch per times bought: joined to a single row, the lists are not copied for each candidate
log_odds as (

    {% for times_bought in range(3) %}
        select
            places.user_key,
            places.item_key,
            places.times_bought,
            {{ proposed_by('places') }} as proposed_by,
            places.best_sellers_score / {{ best_sellers.knots }} as popularity,
            knots.intercept
            {% for feature in features %}
                + {{ spline_term('places.' ~ feature.name, 'knots.' ~ feature.name) }}
            {% endfor %}
                as log_odds
        from places
        cross join knots
        where
            places.times_bought = {{ times_bought }}
            and knots.times_bought = {{ times_bought }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

probabilities as (

    select
        user_key,
        item_key,
        times_bought,
        proposed_by,
        popularity,
        -- twelve decimals: engines agree, and rank alike
        round(1 / (1 + exp(-log_odds)), 12) as purchase_probability
    from log_odds

),

items as (

    select
        item_keys.item_key,
        items.category,
        {{ item_worth() }} as worth,
        -- what is clicked in emails oftener than its like; nothing was learned of items without
        coalesce(lifts.click_factor, 1) as click_factor
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id
    left join {{ ref('int_item_click_lifts') }} as lifts
        on items.item_id = lifts.item_id

),

factors as (

    select
        user_keys.user_key,
        factors.category,
        factors.category_factor
    from {{ ref('int_user_category_factors') }} as factors
    inner join {{ ref('int_user_keys') }} as user_keys
        on factors.user_id = user_keys.user_id

)

select
    probabilities.user_key,
    probabilities.item_key,
    cast(probabilities.times_bought as smallint) as times_bought,
    cast(probabilities.proposed_by as {{ dbt.type_int() }}) as proposed_by,
    -- share of the best seller's sales
    probabilities.popularity,
    probabilities.purchase_probability,
    -- a rule of the shop may boost a category for the user
    round(
        probabilities.purchase_probability * items.worth
        * {{ boost('probabilities.purchase_probability', odds_factor) }}, 12
    ) as score
from probabilities
inner join items
    on probabilities.item_key = items.item_key
left join factors
    on
        probabilities.user_key = factors.user_key
        and items.category = factors.category
