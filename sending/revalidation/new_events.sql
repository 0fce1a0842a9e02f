-- One row per email event since the build. As int_email_outcomes and int_chosen_frequencies count them: in doubt an event
-- is a refusal, whatever its time. Words are read as in typed_email_events.
with typed_events as (

    select
        events.user_id,
        events.message_id,
        coalesce(event_words.event_type, events.event_word) as said_type,
        if(said_type = 'bounce', coalesce(bounce_words.event_type, 'bounce'), said_type) as event_type,
        coalesce(
            bounce_words.bounce_type, if(events.bounce_word <> '', 'unknown', event_words.bounce_type)
        ) as bounce_type,
        event_words.event_type is null
        and (regexp_matches(events.event_word, $refusing_words) or coalesce(bounce_words.bounce_type = 'hard', false))
            as is_like_a_refusal,
        try_cast(events.occurred_at as timestamp) as said_at
    from (
        select
            *,
            translate(lower(trim(event_type)), ' _-./:', '') as event_word,
            translate(lower(trim(bounce_type)), ' _-./:', '') as bounce_word
        from newer_email_events
        -- of a row that says something else by now, too, as where a message has one that says what became of it last
        anti join built_email_events using (event_id, event_type)
    ) as events
    left join email_event_synonyms as event_words
        on event_words.source_column = 'event_type' and events.event_word = event_words.source_value
    left join email_event_synonyms as bounce_words
        on bounce_words.source_column = 'bounce_type' and events.bounce_word = bounce_words.source_value

)

select
    user_id,
    message_id,
    case
        when event_type in ('sent', 'delivered') then 'mailed'
        when event_type = 'unsubscribe' then 'unsubscribed'
        when event_type = 'complaint' then 'complained'
        when event_type = 'bounce' and bounce_type is distinct from 'soft' then 'bounced'
        -- chosen again since, it holds until the next build
        when event_type = 'frequencypaused' then 'paused'
        when is_like_a_refusal then 'unknown_event'
    end as outcome,
    case when said_at between '1990-01-01'::timestamp and $now then said_at end as occurred_at
from typed_events
