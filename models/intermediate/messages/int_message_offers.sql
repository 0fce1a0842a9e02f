-- At most one offer an email: the next best one, where a rule or the user's play wants it.
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

next_best_offers as (

    select * from {{ ref('int_next_best_offers') }}
    where is_offered

),

offers as (

    select * from {{ ref('stg_offers') }}

),

texts as (

    select * from {{ ref('texts') }}

),

dates as (

    select
        recipients.message_id,
        offers.offer_id,
        offers.offer_name,
        offers.ends_at,
        recipients.language,
        {{ fill_text('patterns.text', {
            'day': dbt.cast('extract(day from offers.ends_at)', dbt.type_string()), 'month': 'months.text'
        }) }} as end_date
    from recipients
    inner join next_best_offers
        on recipients.user_id = next_best_offers.user_id
    inner join offers
        on next_best_offers.offer_id = offers.offer_id
    left join texts as patterns
        on
            recipients.language = patterns.language
            and patterns.key = 'date.day_and_month'
    left join texts as months
        on
            recipients.language = months.language
            and months.key = concat('month.', cast(extract(month from offers.ends_at) as {{ dbt.type_string() }}))

)

select
    dates.message_id,
    dates.offer_id,
    dates.offer_name,
    {{ fill_text('texts.text', {'date': 'dates.end_date'}) }} as ends_text
from dates
left join texts
    on
        dates.language = texts.language
        and texts.key = 'offer.ends'
