-- user_recommendations speaks English and knows no email; this says the same in the language of the message, with short
-- names, without what the title over the item has said, and with badges for the largest savings alone.
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

recommendations as (

    select * from {{ ref('int_recommendations') }}
    where position <= {{ var('email_items_primary') + var('email_items_secondary') }}

),

blocks as (

    select * from {{ ref('int_message_blocks') }}

),

labels as (

    select * from {{ ref('int_item_labels') }}

),

lines as (

    select
        recipients.message_id,
        recipients.language,
        cast(recommendations.position as integer) as position,
        blocks.title,
        recommendations.reason_type,
        recommendations.evidence_count,
        labels.short_name as evidence_item_name,
        recommendations.category,
        recommendations.saved_percent,
        case
            when
                row_number() over (
                    partition by recipients.message_id
                    order by coalesce(recommendations.saved_percent, 0) desc, recommendations.position
                ) <= {{ var('email_badges_max') }}
                then recommendations.badge_type
        end as badge_type
    from recipients
    inner join recommendations
        on
            recipients.user_id = recommendations.user_id
            and recipients.placement = recommendations.placement
    inner join blocks
        on
            recipients.message_id = blocks.message_id
            and recommendations.position between blocks.first_position and blocks.last_position
    left join labels
        on recommendations.evidence_item_id = labels.item_id

),

texts as (

    {{ with_item_texts('lines') }}

),

printed as (

    select
        message_id,
        position,
        case
            when substr(lower(reason_text), 1, length(title)) <> lower(title) then reason_text
        end as reason_text,
        badge_text
    from texts

)

select
    message_id,
    array_sort(array_agg({{ ordered_struct(['position', 'reason_text', 'badge_text']) }})) as item_lines
from printed
group by message_id
