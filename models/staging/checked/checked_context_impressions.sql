with input_rows as (

    select * from {{ gated_input('context_impressions') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

known_items as (

    select item_id from {{ ref('stg_items') }}

),

typed as (

    select
        {{ clean_text('impression_id') }} as impression_id,
        {{ clean_enum('context') }} as context,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_number('position') }} as position,
        {{ clean_enum('strategy') }} as strategy,
        {{ clean_number('revenue_amount') }} as revenue_amount,
        coalesce({{ clean_boolean('is_clicked') }}, false) as is_clicked,
        coalesce({{ clean_boolean('is_added_to_cart') }}, false) as is_added_to_cart,
        coalesce({{ clean_boolean('is_purchased') }}, false) as is_purchased,
        {{ clean_timestamp('occurred_at') }} as occurred_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    -- rows later than as_of are not read
    select
        typed.*,
        known_items.item_id is not null as item_is_known
    from typed
    cross join as_of
    left join known_items
        on typed.item_id = known_items.item_id
    where typed.occurred_at is null or typed.occurred_at <= as_of.as_of

),

{{ checked_rows('context_impressions', rows='in_scope', first='occurred_at desc') }}
