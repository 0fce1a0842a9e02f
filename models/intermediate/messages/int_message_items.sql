-- user_recommendations speaks English and knows no email; this says the same in the language of the message, with short
-- names, without what the title over the item has said, and with badges for the largest savings alone.
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

places as (

    select * from {{ ref('int_message_places') }}

),

blocks as (

    select * from {{ ref('int_message_blocks') }}

),

locales as (

    select * from {{ ref('email_locales') }}

),

lines as (

    select
        places.message_id,
        places.position,
        places.place,
        blocks.title,
        places.reason_type,
        places.evidence_count,
        places.evidence_item_name,
        places.category_name as category,
        places.saved_percent,
        places.rating_average,
        places.rating_count,
        places.own_name,
        places.own_url,
        places.own_price,
        places.own_list_price,
        places.own_currency,
        recipients.language,
        locales.decimal_mark,
        locales.group_mark,
        locales.grouped_from_digits,
        case
            when
                row_number() over (
                    partition by places.message_id
                    order by
                        case when places.badge_type is null then 1 else 0 end,
                        coalesce(places.saved_percent, 0) desc,
                        places.position
                ) <= {{ var('email_badges_max') }}
                then places.badge_type
        end as badge_type
    from places
    inner join recipients
        on places.message_id = recipients.message_id
    inner join blocks
        on
            places.message_id = blocks.message_id
            and places.block = blocks.block
    inner join locales
        on recipients.locale = locales.locale

),

texts as (

    {{ with_item_texts('lines') }}

),

printed as (

    select
        texts.message_id,
        cast(texts.place as integer) as place,
        cast(texts.position as integer) as position,
        case
            when substr(lower(texts.reason_text), 1, length(texts.title)) <> lower(texts.title) then texts.reason_text
        end as reason_text,
        texts.badge_text,
        {{ fill_text('coalesce(ratings_of_count.text, ratings.text)', {
            'rating': "replace(" ~ dbt.cast('cast(texts.rating_average as decimal(3, 1))', dbt.type_string())
                ~ ", '.', texts.decimal_mark)",
            'count': grouped_count('texts.rating_count', 'texts.group_mark', 'texts.grouped_from_digits')
        }) }} as rating_text,
        texts.own_name as item_name,
        texts.own_url as item_url,
        texts.own_price as price,
        texts.own_list_price as list_price,
        texts.own_currency as currency
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

{% set fields = ['place', 'position', 'reason_text', 'badge_text', 'rating_text'] %}
{% set fields = fields + ['item_name', 'item_url', 'price', 'list_price', 'currency'] %}
select
    message_id,
    array_sort(array_agg({{ ordered_struct(fields) }})) as item_lines
from printed
group by message_id
