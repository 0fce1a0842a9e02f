-- Probabilities by logistic regression over linear splines once `make train` has run. Until then orders are taken to
-- come at random, one every expected_gap_days, or every days_since_last_order when that is longer:
-- P(none within d days) = exp(-d / the longer of both).
{% set features = prediction_features() %}
{% set knot = ordered_struct(['knot', 'coefficient', 'step']) %}
{% set predictions = [('order_30d', 'order_run_id'), ('churn', 'churn_run_id'), ('mail_uplift', 'uplift_run_id')] %}
{% set churn_days = var('churn_days') %}
{% set gap_seconds = 'cast(round(expected_gap_days * 86400) as ' ~ dbt.type_bigint() ~ ')' %}

with snapshots as (

    select * from {{ ref('int_user_snapshots') }}

),

positions as (

    select * from {{ ref('int_user_knot_places') }}

),

-- always one row: joined to it, the lists are not copied for each user
knots as (

    select
        {% for prediction, run_id in predictions %}
            {% for feature in features %}
                array_sort(array_agg({{ knot }}) filter (
                    where prediction = '{{ prediction }}' and feature = '{{ feature.name }}'
                )) as {{ prediction }}_{{ feature.name }},
            {% endfor %}
            max(coefficient) filter (where prediction = '{{ prediction }}' and feature = 'intercept')
                as {{ prediction }}_intercept,
            max(run_id) filter (where prediction = '{{ prediction }}') as {{ run_id }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_prediction_coefficients') }}

),

-- null without a champion
log_odds as (

    select
        positions.cut_number,
        positions.user_id,
        {% for prediction, run_id in predictions %}
            case
                when knots.{{ run_id }} is not null
                    then
                        knots.{{ prediction }}_intercept
                        {% for feature in features %}
                            + {{ spline_term('positions.' ~ feature.name, 'knots.' ~ prediction ~ '_' ~ feature.name) }}
                        {% endfor %}
            end as {{ prediction }}_log_odds,
        {% endfor %}
        knots.order_run_id,
        knots.churn_run_id,
        knots.uplift_run_id
    from positions
    cross join knots

),

probabilities as (

    select
        snapshots.*,
        coalesce(log_odds.order_run_id, 'default') as order_run_id,
        coalesce(log_odds.churn_run_id, 'default') as churn_run_id,
        log_odds.uplift_run_id,
        -- twelve decimals: engines agree
        round(coalesce(
            1 / (1 + exp(-log_odds.order_30d_log_odds)),
            1 - exp(-30 / greatest(snapshots.expected_gap_days, snapshots.days_since_last_order))
        ), 12) as order_probability_30d,
        round(coalesce(
            1 / (1 + exp(-log_odds.churn_log_odds)),
            exp(-{{ churn_days }} / greatest(snapshots.expected_gap_days, snapshots.days_since_last_order))
        ), 12) as churn_probability,
        -- P(mailed and ordered, or neither), both drawn with even chances, is (1 + uplift) / 2
        round(2 / (1 + exp(-log_odds.mail_uplift_log_odds)) - 1, 12) as mail_uplift,
        1 - exp(-30 * snapshots.orders_per_day) as chance_order_probability,
        exp(-{{ churn_days }} * snapshots.orders_per_day) as chance_pause_probability
    from snapshots
    inner join log_odds
        on
            snapshots.cut_number = log_odds.cut_number
            and snapshots.user_id = log_odds.user_id

),

expected as (

    select
        *,
        order_probability_30d * 30 * amount_per_day / chance_order_probability as spend_30d,
        -- P(lost in a day), from the part of churn that chance pauses at the user's own rate don't explain
        -ln(1 - least(greatest(
            (churn_probability - chance_pause_probability) / (1 - chance_pause_probability), 0.0
        ), 0.999)) / {{ churn_days }} as loss_rate
    from probabilities

)

select
    cut_number,
    user_id,
    order_run_id,
    churn_run_id,
    uplift_run_id,
    order_count,
    order_probability_30d,
    churn_probability,
    mail_uplift,
    case
        when mail_uplift is not null
            then round(percent_rank() over (partition by cut_number order by mail_uplift), 9)
    end as mail_uplift_rank,
    expected_gap_days,
    cast(spend_30d as decimal(18, 4)) as expected_spend_30d,
    {% for days in [90, 180, 365] %}
        cast({{ expected_value(days) }} as decimal(18, 4)) as expected_value_{{ days }}d,
    {% endfor %}
    greatest({{ dbt.dateadd('second', gap_seconds, 'last_ordered_at') }}, cut_at) as next_order_at,
    cut_at
from expected
