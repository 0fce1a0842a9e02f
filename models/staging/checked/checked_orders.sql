with input_rows as (

    select * from {{ gated_input('orders') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

known_currencies as (

    select currency from {{ ref('currencies') }}

),

typed as (

    select
        {{ clean_text('order_id') }} as order_id,
        {{ zero_as_none('user_id', 'users', 'user_id') }} as user_id,
        {{ clean_text('anonymous_id') }} as anonymous_id,
        coalesce({{ clean_enum('order_status') }}, 'completed') as order_status,
        known_currencies.currency,
        {{ clean_timestamp('ordered_at') }} as ordered_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows
    left join known_currencies
        on upper({{ clean_text('input_rows.currency') }}) = known_currencies.currency

),

in_scope as (

    -- rows later than as_of are not read
    select typed.*
    from typed
    cross join as_of
    where typed.ordered_at is null or typed.ordered_at <= as_of.as_of

),

{{ checked_rows('orders', rows='in_scope', first='ordered_at desc') }}
