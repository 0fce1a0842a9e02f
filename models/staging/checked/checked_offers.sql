with input_rows as (

    select * from {{ gated_input('offers') }}

),

known_items as (

    select item_id from {{ ref('stg_items') }}

),

typed as (

    select
        {{ clean_text('offer_id') }} as offer_id,
        {{ clean_name('offer_name') }} as offer_name,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_category('category') }} as category,
        {{ clean_enum('minimum_segment') }} as minimum_segment,
        {{ clean_text('offer_code') }} as offer_code,
        {{ clean_url('offer_url') }} as offer_url,
        {{ clean_number('discount_percent') }} as discount_percent,
        {{ clean_timestamp('starts_at') }} as starts_at,
        {{ clean_timestamp('ends_at') }} as ends_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    select
        typed.*,
        known_items.item_id is not null as item_is_known
    from typed
    left join known_items
        on typed.item_id = known_items.item_id

),

{{ checked_rows('offers', rows='in_scope', first='starts_at desc') }}
