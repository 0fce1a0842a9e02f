-- What all items of a block start from speaks first, then the playbook and the rules, then the reason that the items of
-- a block share, then the tone, then the stock texts.
with recipients as (

    select * from {{ ref('email_recipients') }}

),

plays as (

    select * from {{ ref('email_plays') }}

),

themes as (

    select
        user_id,
        max(case when block = 'primary' then named_title end) as named_primary,
        max(case when block = 'primary' then shared_title end) as shared_primary,
        max(case when block = 'secondary' then named_title end) as named_secondary,
        max(case when block = 'secondary' then shared_title end) as shared_secondary
    from {{ ref('email_themes') }}
    group by user_id

),

first_items as (

    select
        user_id,
        substr(item_name, 1, 80) as item_name
    from {{ ref('user_recommendations') }}
    where position = 1

),

texts as (

    select * from {{ ref('email_texts') }}

),

stock as (

    select
        language,
        {{ email_text_columns({
            'subject': 'subject', 'subject_named': 'subject_named', 'preheader': 'preheader',
            'title_primary': 'title_primary', 'title_secondary': 'title_secondary',
            'subject_new': 'subject_new', 'subject_new_named': 'subject_new_named', 'preheader_new': 'preheader_new',
            'title_primary_new': 'title_primary_new', 'title_secondary_new': 'title_secondary_new',
            'greeting': 'greeting', 'greeting_named': 'greeting_named', 'footer_reason': 'footer_reason'
        }) }}
    from texts
    group by language

),

tones as (

    select
        tones.tone,
        texts.language,
        max(case when texts.text_key = concat('greeting_', tones.tone) then texts.text end) as greeting,
        max(case when texts.text_key = concat('greeting_named_', tones.tone) then texts.text end) as greeting_named,
        max(case when texts.text_key = concat('preheader_', tones.tone) then texts.text end) as preheader
    from (select distinct plays.tone from plays) as tones
    cross join texts
    group by tones.tone, texts.language

),

chosen as (

    select
        recipients.user_id,
        coalesce(substr(recipients.first_name, 1, 60), '') as first_name,
        first_items.item_name,
        coalesce(
            plays.subject,
            case
                when recipients.segment = 'new' and recipients.first_name is null then stock.subject_new
                when recipients.segment = 'new' then stock.subject_new_named
                when recipients.first_name is null then stock.subject
                else stock.subject_named
            end
        ) as subject,
        -- nothing is said of a taste that nobody has seen: new users get words of their own
        case
            when recipients.segment = 'new' then stock.preheader_new
            else coalesce(tones.preheader, stock.preheader)
        end as preheader,
        case
            when recipients.first_name is null then coalesce(tones.greeting, stock.greeting)
            else coalesce(tones.greeting_named, stock.greeting_named)
        end as greeting,
        coalesce(
            themes.named_primary,
            plays.title_primary,
            themes.shared_primary,
            case when recipients.segment = 'new' then stock.title_primary_new else stock.title_primary end
        ) as title_primary,
        coalesce(
            themes.named_secondary,
            plays.title_secondary,
            themes.shared_secondary,
            case when recipients.segment = 'new' then stock.title_secondary_new else stock.title_secondary end
        ) as title_secondary,
        replace(stock.footer_reason, '{shop}', {{ literal(var('shop_name')) }}) as footer_reason
    from recipients
    inner join first_items
        on recipients.user_id = first_items.user_id
    inner join stock
        on recipients.language = stock.language
    inner join plays
        on recipients.user_id = plays.user_id
    left join themes
        on recipients.user_id = themes.user_id
    left join tones
        on
            recipients.language = tones.language
            and plays.tone = tones.tone

)

select
    user_id,
    replace(replace(subject, '{item}', item_name), '{first_name}', first_name) as subject,
    preheader,
    replace(greeting, '{first_name}', first_name) as greeting,
    title_primary,
    title_secondary,
    footer_reason
from chosen
