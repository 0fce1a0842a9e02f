-- Everything known about a user side by side. macros/user_feature_columns.sql lists the columns: var
-- `personalisation_rules` may use exactly these.
with joined as (

    select
        users.user_id,
        users.country_code,
        calendars.hemisphere,
        calendars.season,
        calendars.holiday,
        calendars.days_until_holiday,
        tastes.favourite_category,
        tastes.top_categories,
        tastes.favourite_brand,
        tastes.top_brands,
        habits.favourite_hour,
        habits.favourite_weekday,
        habits.favourite_device,
        users.loyalty_tier,
        segments.segment,
        segments.lifecycle_stage,
        segments.value_tier,
        coalesce(rfm_scores.rfm_group, 'no_order') as rfm_group,
        coalesce(price_bands.price_band, 'unknown') as price_band,
        coalesce(engagement.engagement_tier, 'unknown') as engagement_tier,
        rfm_scores.recency_score,
        rfm_scores.frequency_score,
        rfm_scores.monetary_score,
        rfm_scores.recency_days as days_since_last_order,
        {{ age_days('activity.last_interaction_at') }} as days_since_last_interaction,
        case
            when coalesce(users.signed_up_at, activity.first_interaction_at) is not null
                then greatest({{ age_days('least(users.signed_up_at, activity.first_interaction_at)') }}, 0)
        end as tenure_days,
        activity.order_count,
        activity.item_count,
        activity.net_amount,
        spending.average_order_amount,
        tastes.favourite_category_share,
        tastes.favourite_brand_share,
        price_bands.price_percentile,
        spending.discount_affinity,
        spending.gift_share,
        spending.return_share,
        predictions.order_probability_30d,
        predictions.churn_probability,
        predictions.expected_spend_30d,
        predictions.mail_uplift,
        predictions.mail_uplift_rank,
        coalesce(engagement.email_count, 0) as email_count,
        coalesce(engagement.read_email_count, 0) as read_email_count,
        coalesce(engagement.clicked_email_count, 0) as clicked_email_count,
        users.loyalty_tier is not null as is_loyalty_member,
        coalesce(users.email_consent = 'subscribed', false) as is_subscribed,
        activity.first_ordered_at,
        activity.last_ordered_at
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_user_activity') }} as activity
        on users.user_id = activity.user_id
    inner join {{ ref('int_user_segments') }} as segments
        on users.user_id = segments.user_id
    cross join {{ ref('stg_as_of') }} as as_of
    inner join {{ ref('int_local_calendars') }} as calendars
        on
            users.country_code is not distinct from calendars.country_code
            and users.timezone is not distinct from calendars.timezone
    left join {{ ref('int_user_rfm') }} as rfm_scores
        on users.user_id = rfm_scores.user_id
    left join {{ ref('int_user_spending') }} as spending
        on users.user_id = spending.user_id
    left join {{ ref('int_user_price_bands') }} as price_bands
        on users.user_id = price_bands.user_id
    left join {{ ref('int_user_engagement') }} as engagement
        on users.user_id = engagement.user_id
    left join {{ ref('int_user_habits') }} as habits
        on users.user_id = habits.user_id
    left join {{ ref('int_user_affinities') }} as tastes
        on users.user_id = tastes.user_id
    left join {{ ref('int_user_predictions') }} as predictions
        on
            users.user_id = predictions.user_id
            and predictions.cut_number = 0

)

select
    {{ user_feature_columns() | join(',\n    ') }}
from joined
