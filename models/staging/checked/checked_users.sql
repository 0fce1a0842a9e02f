with input_rows as (

    select * from {{ gated_input('users') }}

),

typed as (

    select
        {{ clean_text('user_id') }} as user_id,
        {{ clean_email('email') }} as email,
        {{ clean_first_name('first_name') }} as first_name,
        case
            when {{ matches(clean_text('country_code'), '^[A-Za-z]{2}$') }}
                then upper({{ clean_text('country_code') }})
        end as country_code,
        {{ clean_name('city') }} as city,
        timezones.timezone,
        {{ clean_locale('locale') }} as locale,
        case
            when {{ clean_enum('email_consent') }} in ('subscribed', 'unsubscribed', 'never_subscribed')
                then {{ clean_enum('email_consent') }}
            when {{ clean_enum('email_consent') }} is not null then 'unknown'
        end as email_consent,
        case
            when {{ clean_enum('email_frequency') }} in ('daily', 'weekly', 'monthly', 'paused')
                then {{ clean_enum('email_frequency') }}
            when {{ clean_enum('email_frequency') }} is not null then 'unknown'
            else 'daily'
        end as email_frequency,
        {{ clean_name('preferred_categories', length=1000) }} as preferred_categories,
        {{ clean_text('loyalty_tier') }} as loyalty_tier,
        case
            when {{ clean_timestamp('email_consent_at') }} >= cast('1990-01-01' as timestamp)
                then {{ clean_timestamp('email_consent_at') }}
        end as email_consent_at,
        {{ clean_timestamp('signed_up_at') }} as signed_up_at,
        {{ clean_phone('phone') }} as phone,
        {% for column in ['sms_consent', 'ads_consent'] %}
            -- what can't be read is no consent
            case
                when {{ clean_text(column) }} is not null
                    then coalesce({{ clean_boolean(column) }}, {{ clean_number(column) }} = 1, false)
            end as {{ column }},
        {% endfor %}
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows
    left join {{ ref('timezones') }} as timezones
        on {{ clean_text('input_rows.timezone') }} = timezones.timezone

),

{{ checked_rows('users', rows='typed', first='email_consent_at desc, signed_up_at desc') }}
