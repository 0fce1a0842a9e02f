with input_rows as (

    select * from {{ gated_input('users') }}

),

typed as (

    select
        {{ clean_text('user_id') }} as user_id,
        {{ clean_email('email') }} as email,
        {{ printable_text('first_name') }} as first_name,
        upper({{ clean_text('country_code') }}) as country_code,
        {{ printable_text('city') }} as city,
        {{ clean_text('timezone') }} as timezone,
        {{ clean_text('locale') }} as locale,
        {{ clean_enum('email_consent') }} as email_consent,
        {{ clean_enum('email_frequency') }} as email_frequency,
        {{ clean_text('preferred_categories') }} as preferred_categories,
        {{ clean_text('loyalty_tier') }} as loyalty_tier,
        {{ clean_timestamp('signed_up_at') }} as signed_up_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

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

),

verdicts as (

    select
        *,
        concat_ws('; ', nullif(faults, ''), case when copy_number > 1 and faults = '' then 'duplicate of user_id' end) as reject_reasons
    from numbered

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
    reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from verdicts
