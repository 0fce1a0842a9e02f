with input_rows as (

    select * from {{ gated_input('identities') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

typed as (

    select
        {{ clean_text('anonymous_id') }} as anonymous_id,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_timestamp('linked_at') }} as linked_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select typed.*
    from typed
    cross join as_of
    where typed.linked_at is null or typed.linked_at <= as_of.as_of

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when anonymous_id is null then 'anonymous_id is missing' end,
            case when user_id is null then 'user_id is missing' end,
            case when linked_at is null then 'linked_at is missing or not a timestamp' end,
            case when linked_at < cast('1990-01-01' as timestamp) then 'linked_at is impossibly early' end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by anonymous_id, user_id
            order by case when faults = '' then 0 else 1 end, linked_at, raw_row
        ) as copy_number
    from judged

)

select
    anonymous_id,
    user_id,
    linked_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of anonymous_id and user_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
