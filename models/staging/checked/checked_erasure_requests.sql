-- The inputs hold no erased user (macros/inputs/erased_rows.sql); of the request only its time is kept, since whoever
-- knows ids could find them behind a hash. An address erases nobody, and whoever wrote it must know.
with input_rows as (

    select * from {{ gated_input('erasure_requests') }}

),

addresses as (

    select distinct {{ clean_email('email') }} as email
    from {{ gated_input('users') }}

),

typed as (

    select
        {{ clean_text('input_rows.user_id') }} as user_id,
        {{ clean_timestamp('input_rows.requested_at') }} as requested_at,
        addresses.email is not null as is_address
    from input_rows
    left join addresses
        on {{ clean_email('input_rows.user_id') }} = addresses.email

)

select
    cast(row_number() over (order by requested_at, user_id) as {{ dbt.type_int() }}) as request_number,
    requested_at,
    case
        when user_id is null then 'user_id is missing'
        when is_address then 'user_id is the address of a user who has another id'
        when row_number() over (partition by user_id order by requested_at) > 1 then 'duplicate of user_id'
        else ''
    end as reject_reasons,
    cast(null as {{ dbt.type_string() }}) as raw_row
from typed
