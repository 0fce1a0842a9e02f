-- The input views hold no erased user (macros/inputs/erased_rows.sql); of the request only a hash is kept.
with input_rows as (

    select * from {{ gated_input('erasure_requests') }}

),

typed as (

    select
        md5({{ clean_text('user_id') }}) as user_hash,
        {{ clean_timestamp('requested_at') }} as requested_at
    from input_rows

),

numbered as (

    select
        *,
        row_number() over (partition by user_hash order by requested_at) as copy_number
    from typed

)

select
    user_hash,
    requested_at,
    case
        when user_hash is null then 'user_id is missing'
        when copy_number > 1 then 'duplicate of user_id'
        else ''
    end as reject_reasons,
    cast(null as {{ dbt.type_string() }}) as raw_row
from numbered
