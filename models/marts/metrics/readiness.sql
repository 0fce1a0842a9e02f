-- A count per measure, then what macro readiness_needs asks of it.
{% set measures = {
    'available_items': (ref('int_available_items'), none),
    'open_carts': (ref('int_interactions'), "last_cart_added_at > (select resumed_from from moments)"),
    'recent_views': (ref('int_interactions'), "last_viewed_at > (select resumed_from from moments)"),
    'former_views': (ref('int_interactions'), 'last_wanted_at <= (select resumed_from from moments)'),
    'cart_adds': (ref('int_web_interactions'), "event_type = 'cart_add'"),
    'item_views': (ref('int_web_interactions'), "event_type = 'item_view'"),
    'repurchases': (ref('int_user_item_purchases'), 'purchase_count > 1'),
    'complement_pairs': (ref('int_item_complements'), none),
    'rising_items': (ref('int_item_trends'),
        'country_code is null and growth_ratio > 1 and buyer_count_7d >= ' ~ var('trend_buyers_min')),
    'live_offers': (ref('int_offers'), 'is_live'),
    'orders_14d': (ref('int_user_orders'), 'ordered_at > (select fortnight_from from moments)'),
    'new_items': (ref('stg_items'), 'published_at > (select new_from from moments)'),
    'pictured_items': (ref('stg_items'), 'image_url is not null'),
    'linked_items': (ref('stg_items'), 'item_url is not null'),
    'rated_items': (ref('stg_items'), 'rating_average is not null and rating_count > 0'),
    'reduced_items': (ref('stg_items'), 'list_price > price'),
    'stock_items': (ref('stg_items'), 'stock_quantity is not null'),
    'costed_items': (ref('stg_items'), 'unit_cost is not null'),
    'seasonal_items': (ref('stg_items'), 'season is not null'),
    'variants': (ref('stg_items'), 'parent_item_id is not null'),
    'mailable_users': (ref('stg_users'), "email is not null and email_consent = 'subscribed'"),
    'signed_up_users': (ref('stg_users'), 'signed_up_at is not null'),
    'users_with_timezone': (ref('stg_users'), 'timezone is not null'),
    'identities': (ref('stg_identities'), none),
    'email_events': (ref('stg_email_events'), none),
    'item_clicks': (ref('int_answered_slots'), 'is_clicked = 1'),
    'ordered_clicks': (ref('int_converted_clicks'), 'is_ordered = 1'),
    'queued_messages': (ref('stg_queued_messages'), none),
    'searches': (ref('stg_web_events'), "event_type = 'search' and user_id is not null"),
    'experiment_assignments': (ref('stg_experiment_assignments'), none),
    'item_translations': (ref('stg_item_translations'), none),
    'user_exclusions': (ref('stg_user_exclusions'), none)
} %}
{% set other_measures = {
    'interactions': (ref('int_daily_interactions'), 'coalesce(sum(event_count), 0)', none),
    'alike_users': (ref('int_user_neighbours'), 'count(distinct user_key)', none),
    'buyers': (ref('int_user_orders'), 'count(distinct user_id)', none),
    'item_runs': (ref('int_item_history'), 'count(distinct as_of)', none),
    'ranking_runs': (ref('stg_ranker_coefficients'), 'count(distinct run_id)', none),
    'order_runs': (ref('stg_prediction_coefficients'), 'count(distinct run_id)', "prediction = 'order_30d'"),
    'churn_runs': (ref('stg_prediction_coefficients'), 'count(distinct run_id)', "prediction = 'churn'"),
    'uplift_runs': (ref('stg_prediction_coefficients'), 'count(distinct run_id)', "prediction = 'mail_uplift'"),
    'withheld_users': (ref('int_holdout_users'), 'count(distinct user_id)', "arm = 'withheld' and holdout = 'holdout'")
} %}
with moments as (

    select
        as_of,
        {{ dbt.dateadd('day', -1 * var('resume_days'), 'as_of') }} as resumed_from,
        {{ dbt.dateadd('day', -1 * var('new_item_days'), 'as_of') }} as new_from,
        {{ dbt.dateadd('day', -14, 'as_of') }} as fortnight_from
    from {{ ref('stg_as_of') }}

),

measures as (

    {% for measure, (relation, condition) in measures.items() %}
        select
            '{{ measure }}' as measure,
            count(*) as found_count
        from {{ relation }}
        {{ 'where ' ~ condition if condition }}
        union all
    {% endfor %}
    {% for measure, (relation, expression, condition) in other_measures.items() %}
        select
            '{{ measure }}' as measure,
            {{ expression }} as found_count
        from {{ relation }}
        {{ 'where ' ~ condition if condition }}
        union all
    {% endfor %}
    {% for context in item_contexts() %}
        select
            '{{ context }}_pairs' as measure,
            count(*) as found_count
        from {{ ref('int_item_neighbours') }}
        where context_key = {{ context_key(context) }}
        union all
    {% endfor %}
    select
        'order_days' as measure,
        coalesce(max({{ age_days('purchases.ordered_at') }}), 0) as found_count
    from {{ ref('int_purchases') }} as purchases
    cross join moments as as_of

),

needs as (

    select needs.*
    from (
        values
        {% for need in readiness_needs() %}
            (
                '{{ need.kind }}',
                '{{ need.capability }}',
                '{{ need.measure }}',
                {{ need.needed }},
                {{ need.is_required | lower }},
                {{ need.is_switched_on }},
                {{ literal(need.way) }},
                {{ literal_or_null(need.switch) }}
            ){{ ',' if not loop.last }}
        {% endfor %}
    ) as needs (kind, capability, measure, needed_count, is_required, is_switched_on, way, switch)

),

met as (

    select
        needs.*,
        measures.found_count,
        measures.found_count >= needs.needed_count as is_met,
        needs.is_switched_on and coalesce(triggers.is_on, needs.kind <> 'trigger') as is_wanted
    from needs
    left join measures
        on needs.measure = measures.measure
    left join {{ ref('triggers') }} as triggers
        on
            needs.kind = 'trigger'
            and needs.capability = triggers.trigger_type

)

select
    met.kind,
    met.capability,
    met.measure,
    cast(met.found_count as {{ dbt.type_bigint() }}) as found_count,
    cast(met.needed_count as {{ dbt.type_bigint() }}) as needed_count,
    met.is_required,
    met.is_met,
    case
        when not met.is_wanted then 'switched_off'
        when not min(met.is_met or not met.is_required) over (partition by met.kind, met.capability) then 'off'
        when not min(met.is_met) over (partition by met.kind, met.capability) then 'thin'
        else 'on'
    end as status,
    case when not met.is_wanted then met.switch when not met.is_met then met.way end as switched_on_by,
    moments.as_of
from met
cross join moments
