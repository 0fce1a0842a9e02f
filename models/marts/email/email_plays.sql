-- A play's title speaks of what its strategies bring. It is printed where they brought every item of the block;
-- otherwise the block has the stock title.
with recipients as (

    select
        user_id,
        language
    from {{ ref('email_recipients') }}

),

filled_blocks as (

    select
        user_id,
        case when position <= {{ var('email_items_primary') }} then 'primary' else 'secondary' end as block,
        min(case when is_of_play then 1 else 0 end) = 1 as is_of_play
    from {{ ref('int_placement_lists') }}
    where
        placement = 'email_digest'
        and position <= {{ var('email_items_primary') + var('email_items_secondary') }}
    group by 1, 2

),

plays as (

    select
        playbook.user_id,
        playbook.block,
        playbook.tone,
        case when filled_blocks.is_of_play then playbook.title end as title
    from {{ ref('int_user_playbook') }} as playbook
    left join filled_blocks
        on
            playbook.user_id = filled_blocks.user_id
            and playbook.block = filled_blocks.block

),

subjects as (

    select
        user_id,
        effect_value as subject
    from {{ ref('int_user_rules') }}
    where
        effect = 'choose_subject'
        and effect_rank = 1

),

texts as (

    select * from {{ ref('email_texts') }}

),

-- plays and rules are written in English; another language needs a text for each, or has the stock one
said as (

    select
        recipients.user_id,
        recipients.language,
        primary_play.tone,
        primary_play.title as title_primary,
        secondary_play.title as title_secondary,
        subjects.subject
    from recipients
    left join plays as primary_play
        on
            recipients.user_id = primary_play.user_id
            and primary_play.block = 'primary'
    left join plays as secondary_play
        on
            recipients.user_id = secondary_play.user_id
            and secondary_play.block = 'secondary'
    left join subjects
        on recipients.user_id = subjects.user_id

)

select
    said.user_id,
    said.tone,
    case when said.language = 'en' then said.title_primary else primary_titles.text end as title_primary,
    case when said.language = 'en' then said.title_secondary else secondary_titles.text end as title_secondary,
    case when said.language = 'en' then said.subject else subject_texts.text end as subject
from said
left join texts as primary_titles
    on
        said.language = primary_titles.language
        and concat('title: ', said.title_primary) = primary_titles.text_key
left join texts as secondary_titles
    on
        said.language = secondary_titles.language
        and concat('title: ', said.title_secondary) = secondary_titles.text_key
left join texts as subject_texts
    on
        said.language = subject_texts.language
        and concat('subject: ', said.subject) = subject_texts.text_key
