with input_rows as (

    select * from {{ gated_input('email_events') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

typed as (

    select
        {{ clean_text('event_id') }} as event_id,
        {{ clean_enum('event_type') }} as event_type,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('message_id') }} as message_id,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_enum('bounce_type') }} as bounce_type,
        {{ clean_text('user_agent') }} as user_agent,
        coalesce({{ clean_boolean('is_machine') }}, false) as is_machine,
        {{ clean_timestamp('occurred_at') }} as occurred_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select typed.*
    from typed
    cross join as_of
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when event_id is null then 'event_id is missing' end,
            case when event_type is null then 'event_type is missing' end,
            case
                when
                    event_type not in (
                        'sent', 'delivered', 'open', 'click', 'unsubscribe', 'bounce', 'complaint'
                    )
                    then 'event_type is unknown'
            end,
            case when occurred_at is null then 'occurred_at is missing or not a timestamp' end,
            case when occurred_at < cast('1990-01-01' as timestamp) then 'occurred_at is impossibly early' end,
            case
                when user_id is null and message_id is null
                    then 'user_id and message_id are missing'
            end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by event_id
            order by case when faults = '' then 0 else 1 end, occurred_at desc, raw_row
        ) as copy_number
    from judged

)

select
    event_id,
    event_type,
    user_id,
    message_id,
    item_id,
    bounce_type,
    user_agent,
    is_machine,
    occurred_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of event_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
