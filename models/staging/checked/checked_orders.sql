with input_rows as (

    select * from {{ gated_input('orders') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

typed as (

    select
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('anonymous_id') }} as anonymous_id,
        coalesce({{ clean_enum('order_status') }}, 'completed') as order_status,
        upper({{ clean_text('currency') }}) as currency,
        {{ clean_timestamp('ordered_at') }} as ordered_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select typed.*
    from typed
    cross join as_of
    where typed.ordered_at is null or typed.ordered_at <= as_of.as_of

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when order_id is null then 'order_id is missing' end,
            case when ordered_at is null then 'ordered_at is missing or not a timestamp' end,
            case when ordered_at < cast('1990-01-01' as timestamp) then 'ordered_at is impossibly early' end,
            case
                when order_status not in ('completed', 'pending', 'cancelled', 'refunded')
                    then 'order_status is unknown'
            end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by order_id
            order by case when faults = '' then 0 else 1 end, ordered_at desc, raw_row
        ) as copy_number
    from judged

)

select
    order_id,
    user_id,
    anonymous_id,
    order_status,
    currency,
    ordered_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of order_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
