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

{{ checked_rows('identities', rows='in_scope', first='linked_at') }}
