-- P(buys within the label window) = 1 / (1 + exp(-log-odds)); the log-odds are a sum of one linear spline per feature,
-- with coefficients of their own for items never bought, bought once and bought more often.
{% set features = ranking_features() %}
{% set knot = ordered_struct(['knot', 'coefficient', 'step']) %}

with positions as (

    select * from {{ ref('int_candidate_positions') }}

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
            positions.user_id,
            positions.item_id,
            {{ proposed_by('positions') }} as proposed_by,
            knots.intercept
            {% for feature in features %}
                + {{ spline_term('positions.' ~ feature.name, 'knots.' ~ feature.name) }}
            {% endfor %}
                as log_odds
        from positions
        cross join knots
        where
            positions.times_bought = {{ times_bought }}
            and knots.times_bought = {{ times_bought }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

probabilities as (

    select
        user_id,
        item_id,
        proposed_by,
        -- twelve decimals: engines agree, and rank alike
        round(1 / (1 + exp(-log_odds)), 12) as purchase_probability
    from log_odds

),

items as (

    select
        items.item_id,
        items.category,
        {{ item_worth() }} as worth
    from {{ ref('stg_items') }} as items

)

select
    probabilities.user_id,
    probabilities.item_id,
    probabilities.proposed_by,
    probabilities.purchase_probability,
    -- a rule of the shop may boost a category for the user
    round(
        probabilities.purchase_probability * items.worth
        * {{ boost('probabilities.purchase_probability', 'coalesce(factors.category_factor, 1)') }}, 12
    ) as score
from probabilities
inner join items
    on probabilities.item_id = items.item_id
left join {{ ref('int_user_category_factors') }} as factors
    on
        probabilities.user_id = factors.user_id
        and items.category = factors.category
