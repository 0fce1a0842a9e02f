-- user_recommendations speaks English; this says the same in the language of the message, from the same evidence.
with recipients as (

    select
        user_id,
        language
    from {{ ref('email_recipients') }}
    where language <> 'en'

),

recommendations as (

    select * from {{ ref('user_recommendations') }}

),

items as (

    select
        item_id,
        item_name,
        category
    from {{ ref('stg_items') }}

),

texts as (

    select * from {{ ref('email_texts') }}

),

lines as (

    select
        recommendations.user_id,
        recommendations.position,
        {{ fill_text(
            'reason_texts.text', 'count', dbt.cast('recommendations.evidence_count', dbt.type_string())
        ) }} as reason_with_count,
        badge_texts.text as badge_text,
        items.category,
        evidence_items.item_name as evidence_item_name,
        cast(
            floor(100 - 100 * recommendations.price / nullif(recommendations.list_price, 0)) as {{ dbt.type_int() }}
        ) as saved_percent
    from recipients
    inner join recommendations
        on recipients.user_id = recommendations.user_id
    left join items
        on recommendations.item_id = items.item_id
    left join items as evidence_items
        on recommendations.evidence_item_id = evidence_items.item_id
    left join texts as reason_texts
        on
            recipients.language = reason_texts.language
            and 'reason_' || recommendations.reason_type = reason_texts.text_key
    left join texts as badge_texts
        on
            recipients.language = badge_texts.language
            and 'badge_' || recommendations.badge_type = badge_texts.text_key

),

filled as (

    select
        user_id,
        position,
        {{ fill_text('reason_with_category', 'item', 'evidence_item_name') }} as reason_text,
        {{ fill_text('badge_text', 'percent', dbt.cast('saved_percent', dbt.type_string())) }} as badge_text
    from (
        select
            *,
            {{ fill_text('reason_with_count', 'category', 'category') }} as reason_with_category
        from lines
    ) as with_category

)

select
    user_id,
    array_sort(array_agg({{ ordered_struct(['position', 'reason_text', 'badge_text']) }})) as item_lines
from filled
where reason_text is not null or badge_text is not null
group by user_id
