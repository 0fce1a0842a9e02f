-- ESPs have words of their own for one thing; seed email_event_synonyms translates them. A bounce type may say more
-- than the event type: some report a complaint as a bounce.
with input_rows as (

    select * from {{ gated_input('email_events') }}

),

event_words as (

    select * from {{ ref('email_event_synonyms') }}
    where source_column = 'event_type'

),

bounce_words as (

    select * from {{ ref('email_event_synonyms') }}
    where source_column = 'bounce_type'

),

typed as (

    select
        {{ clean_text('input_rows.event_id') }} as event_id,
        coalesce(event_words.event_type, {{ clean_enum('input_rows.event_type') }}) as event_type,
        {{ clean_text('input_rows.user_id') }} as user_id,
        {{ clean_message_id('input_rows.message_id') }} as message_id,
        {{ clean_text('input_rows.item_id') }} as item_id,
        {{ clean_text('input_rows.url') }} as url,
        coalesce(
            bounce_words.bounce_type,
            case when {{ clean_text('input_rows.bounce_type') }} is not null then 'unknown' end,
            event_words.bounce_type
        ) as bounce_type,
        bounce_words.event_type as type_of_the_bounce,
        event_words.event_type is null
        and (
            {{ matches(word_key('input_rows.event_type'), refusing_words()) }}
            or bounce_words.bounce_type = 'hard'
        ) as is_like_a_refusal,
        {{ clean_text('input_rows.user_agent') }} as user_agent,
        {{ clean_boolean('input_rows.is_machine') }} as is_machine,
        {{ clean_timestamp('input_rows.occurred_at') }} as occurred_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows
    left join event_words
        on {{ word_key('input_rows.event_type') }} = event_words.source_value
    left join bounce_words
        on {{ word_key('input_rows.bounce_type') }} = bounce_words.source_value

)

select
    event_id,
    case when event_type = 'bounce' then coalesce(type_of_the_bounce, 'bounce') else event_type end as event_type,
    user_id,
    message_id,
    item_id,
    url,
    bounce_type,
    user_agent,
    is_machine,
    coalesce(is_like_a_refusal, false) as is_like_a_refusal,
    occurred_at,
    raw_row
from typed
