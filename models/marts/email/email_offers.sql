-- At most one offer an email: the next best one, where a rule or the user's play wants it.
with recipients as (

    select * from {{ ref('email_recipients') }}

),

next_best_offers as (

    select
        user_id,
        offer_id
    from {{ ref('int_next_best_offers') }}
    where is_offered

),

offers as (

    select * from {{ ref('stg_offers') }}

),

texts as (

    select * from {{ ref('email_texts') }}

),

wordings as (

    select
        language,
        {{ email_text_columns({'offer_ends': 'offer_ends', 'date_pattern': 'date'}) }}
    from texts
    group by language

)

select
    recipients.user_id,
    offers.offer_id,
    offers.offer_name,
    offers.discount_percent,
    offers.ends_at,
    replace(
        wordings.offer_ends,
        '{date}',
        replace(
            replace(wordings.date_pattern, '{month}', months.text),
            '{day}',
            cast(extract(day from offers.ends_at) as {{ dbt.type_string() }})
        )
    ) as ends_text
from recipients
inner join wordings
    on recipients.language = wordings.language
inner join next_best_offers
    on recipients.user_id = next_best_offers.user_id
inner join offers
    on next_best_offers.offer_id = offers.offer_id
inner join texts as months
    on
        recipients.language = months.language
        and months.text_key = 'month_' || cast(extract(month from offers.ends_at) as {{ dbt.type_string() }})
