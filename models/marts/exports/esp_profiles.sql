{% set texts = [
    'first_name', 'country_code', 'timezone', 'locale', 'loyalty_tier', 'segment', 'lifecycle_stage', 'value_tier',
    'rfm_group', 'price_band', 'favourite_category', 'favourite_brand', 'next_offer_name', 'next_offer_code',
    'next_offer_url'
] %}
{% set scores = [
    'recency_score', 'frequency_score', 'monetary_score', 'favourite_hour', 'favourite_weekday', 'order_count'
] %}
{% set amounts = ['net_amount', 'average_order_amount', 'expected_spend_30d', 'expected_value_365d'] %}
{% set probabilities = ['order_probability_30d', 'churn_probability'] %}
{% set days = ['last_order_date', 'next_order_date', 'next_offer_end_date'] %}
{% set slot_texts = [] %}
{% set slot_prices = [] %}
{% for slot in range(1, 5) %}
    {% for field in ['id', 'name', 'url', 'image_url'] %}
        {% do slot_texts.append('item_' ~ slot ~ '_' ~ field) %}
    {% endfor %}
    {% do slot_prices.append('item_' ~ slot ~ '_price') %}
{% endfor %}

with reachable as (

    select
        consents.user_id,
        consents.email,
        users.first_name,
        users.timezone,
        users.locale,
        held_out.user_id is not null as is_holdout
    from {{ ref('int_channel_consents') }} as consents
    inner join {{ ref('stg_users') }} as users
        on consents.user_id = users.user_id
    left join {{ ref('int_held_out_users') }} as held_out
        on
            consents.user_id = held_out.user_id
            and held_out.holdout = 'holdout'
    where consents.email_refusal is null

),

user_values as (

    select
        *,
        cast(last_ordered_at as date) as last_order_date,
        cast(next_order_at as date) as next_order_date
    from {{ ref('user_value') }}

),

next_offers as (

    select
        next_best.user_id,
        offers.offer_name as next_offer_name,
        offers.offer_code as next_offer_code,
        offers.offer_url as next_offer_url,
        {{ offer_last_day('offers.ends_at', 'reachable.timezone') }} as next_offer_end_date
    from {{ ref('int_next_best_offers') }} as next_best
    inner join reachable
        on next_best.user_id = reachable.user_id
    inner join {{ ref('stg_offers') }} as offers
        on next_best.offer_id = offers.offer_id

),

lists as (

    select * from {{ ref('int_exported_lists') }}
    where placement = 'email_digest'

),

-- what there is none of is said so, '' and 0; null stands for what nobody knows
current_rows as (

    select
        md5(concat('user:', reachable.user_id)) as export_key,
        reachable.user_id,
        reachable.email,
        {% for name in texts + slot_texts %}
            coalesce({{ name }}, '') as {{ name }},
        {% endfor %}
        {% for name in scores %}
            cast({{ name }} as {{ dbt.type_int() }}) as {{ name }},
        {% endfor %}
        {% for name in amounts %}
            cast({{ name }} as decimal(18, 2)) as {{ name }},
        {% endfor %}
        {% for name in probabilities %}
            -- a hundredth is as much as campaigns tell apart, and spares the destination a write a day for every user
            cast({{ name }} as decimal(5, 2)) as {{ name }},
        {% endfor %}
        {% for name in slot_prices %}
            cast(coalesce({{ name }}, 0) as decimal(18, 2)) as {{ name }},
        {% endfor %}
        coalesce(lists.items, '[]') as items,
        reachable.is_holdout,
        {{ days | join(',\n        ') }}
    from reachable
    inner join user_values
        on reachable.user_id = user_values.user_id
    left join next_offers
        on reachable.user_id = next_offers.user_id
    left join lists
        on reachable.user_id = lists.user_id

),

{{ export_rows(
    'esp_profiles',
    ['user_id', 'email'] + texts + slot_texts + scores + amounts + probabilities + slot_prices + ['items', 'is_holdout'] + days
) }}
