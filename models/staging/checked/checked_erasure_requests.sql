-- The inputs hold no erased user (macros/inputs/erased_rows.sql); of the request only its time is kept, since whoever
-- knows ids could find them behind a hash.
with input_rows as (

    select * from {{ gated_input('erasure_requests') }}

),

typed as (

    select
        {{ clean_text('user_id') }} as user_id,
        {{ clean_timestamp('requested_at') }} as requested_at
    from input_rows

)

select
    cast(row_number() over (order by requested_at, user_id) as {{ dbt.type_int() }}) as request_number,
    requested_at,
    case
        when user_id is null then 'user_id is missing'
        when row_number() over (partition by user_id order by requested_at) > 1 then 'duplicate of user_id'
        else ''
    end as reject_reasons,
    cast(null as {{ dbt.type_string() }}) as raw_row
from typed
