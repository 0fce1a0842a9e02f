with input_rows as (

    select * from {{ gated_input('users') }}

),

typed as (

    select
        {{ clean_text('user_id') }} as user_id,
        {{ clean_email('email') }} as email,
        {{ printable_text('first_name') }} as first_name,
        case
            when {{ matches(clean_text('country_code'), '^[A-Za-z]{2}$') }}
                then upper({{ clean_text('country_code') }})
        end as country_code,
        {{ printable_text('city') }} as city,
        timezones.timezone,
        case
            when {{ matches(clean_text('locale'), '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$') }}
                then replace({{ clean_text('locale') }}, '_', '-')
        end as locale,
        case
            when {{ clean_enum('email_consent') }} in ('subscribed', 'unsubscribed', 'never_subscribed')
                then {{ clean_enum('email_consent') }}
        end as email_consent,
        case
            when {{ clean_enum('email_frequency') }} in ('daily', 'weekly', 'monthly', 'paused')
                then {{ clean_enum('email_frequency') }}
            when {{ clean_enum('email_frequency') }} is not null then 'unknown'
            else 'daily'
        end as email_frequency,
        {{ clean_text('preferred_categories') }} as preferred_categories,
        {{ clean_text('loyalty_tier') }} as loyalty_tier,
        {{ clean_timestamp('signed_up_at') }} as signed_up_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows
    left join {{ ref('timezones') }} as timezones
        on {{ clean_text('input_rows.timezone') }} = timezones.timezone

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when user_id is null then 'user_id is missing' end
        ) as faults
    from typed

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by user_id
            order by case when faults = '' then 0 else 1 end, signed_up_at desc, raw_row
        ) as copy_number
    from judged

)

select
    user_id,
    email,
    first_name,
    country_code,
    city,
    timezone,
    locale,
    email_consent,
    email_frequency,
    preferred_categories,
    loyalty_tier,
    signed_up_at,
    concat_ws(
        '; ',
        {{ repair('email', 'is no mailable address') }},
        {{ repair('country_code', 'is not two letters') }},
        {{ repair('timezone', 'is unknown') }},
        {{ repair('locale', 'is no language tag') }},
        {{ repair('signed_up_at', 'is not a timestamp') }},
        {{ repair('email_consent', 'is unknown: not mailed') }},
        case when email_frequency = 'unknown' then 'email_frequency is unknown: not mailed' end
    ) as repairs,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of user_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
