-- user_recommendations speaks English; this says the same in the language of the message, from the same evidence.
with recipients as (

    select * from {{ ref('int_message_recipients') }}
    where language <> 'en'

),

recommendations as (

    select * from {{ ref('int_recommendations') }}

),

lines as (

    select
        recipients.message_id,
        recipients.language,
        cast(recommendations.position as integer) as position,
        recommendations.reason_type,
        recommendations.badge_type,
        recommendations.evidence_count,
        recommendations.evidence_item_name,
        recommendations.category,
        recommendations.saved_percent
    from recipients
    inner join recommendations
        on
            recipients.user_id = recommendations.user_id
            and recipients.placement = recommendations.placement

),

texts as (

    {{ with_item_texts('lines') }}

)

select
    message_id,
    array_sort(array_agg({{ ordered_struct(['position', 'reason_text', 'badge_text']) }})) as item_lines
from texts
where reason_text is not null or badge_text is not null
group by message_id
