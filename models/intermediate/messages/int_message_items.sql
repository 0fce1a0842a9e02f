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

locales as (

    select * from {{ ref('email_locales') }}

),

lines as (

    select
        recipients.message_id,
        recipients.language,
        locales.decimal_mark,
        locales.group_mark,
        locales.grouped_from_digits,
        cast(recommendations.position as integer) as position,
        blocks.title,
        recommendations.reason_type,
        recommendations.evidence_count,
        labels.short_name as evidence_item_name,
        recommendations.category,
        recommendations.saved_percent,
        recommendations.rating_average,
        cast(recommendations.rating_count as bigint) as rating_count,
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
    inner join locales
        on recipients.locale = locales.locale
    left join labels
        on recommendations.evidence_item_id = labels.item_id

),

texts as (

    {{ with_item_texts('lines') }}

),

printed as (

    select
        texts.message_id,
        texts.position,
        case
            when substr(lower(texts.reason_text), 1, length(texts.title)) <> lower(texts.title) then texts.reason_text
        end as reason_text,
        texts.badge_text,
        {{ fill_text('coalesce(ratings_of_count.text, ratings.text)', {
            'rating': "replace(" ~ dbt.cast('cast(texts.rating_average as decimal(3, 1))', dbt.type_string())
                ~ ", '.', texts.decimal_mark)",
            'count': grouped_count('texts.rating_count', 'texts.group_mark', 'texts.grouped_from_digits')
        }) }} as rating_text
    from texts
    left join {{ ref('texts') }} as ratings
        on
            texts.language = ratings.language
            and ratings.key = 'item.rating'
    left join {{ ref('texts') }} as ratings_of_count
        on
            texts.language = ratings_of_count.language
            and concat('item.rating.', {{ plural_category('texts.language', 'texts.rating_count') }})
            = ratings_of_count.key

)

select
    message_id,
    array_sort(array_agg({{ ordered_struct(['position', 'reason_text', 'badge_text', 'rating_text']) }})) as item_lines
from printed
group by message_id
