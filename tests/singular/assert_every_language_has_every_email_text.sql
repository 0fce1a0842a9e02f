-- A line missing in one language would leave its messages without subject, title or date.
with texts as (

    select * from {{ ref('email_texts') }}

),

languages as (

    select distinct language
    from {{ ref('email_locales') }}

),

-- English reasons and badges stand in user_recommendations; what a play, a rule or a tone says may be missing: the
-- stock text stands in for it
needed as (

    select distinct
        languages.language,
        texts.text_key
    from texts
    cross join languages
    where
        not {{ matches('texts.text_key', '^(title|subject): |_(welcoming|helpful|warm|exclusive)$') }}
        and (languages.language <> 'en' or not {{ matches('texts.text_key', '^(reason|badge)_') }})

)

select
    needed.language,
    needed.text_key
from needed
left join texts
    on
        needed.language = texts.language
        and needed.text_key = texts.text_key
where texts.text_key is null
