with as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

in_scope as (

    -- rows later than as_of are not read here; int_email_outcomes reads what they refuse
    select typed.*
    from {{ ref('typed_email_events') }} as typed
    cross join as_of
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

{{ checked_rows('email_events', rows='in_scope', first='occurred_at desc') }}
