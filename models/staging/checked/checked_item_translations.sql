{% set list_price = clean_number('list_price') %}

with input_rows as (

    select * from {{ gated_input('item_translations') }}

),

known_items as (

    select item_id from {{ ref('stg_items') }}

),

known_currencies as (

    select currency from {{ ref('currencies') }}

),

typed as (

    select
        {{ clean_text('item_id') }} as item_id,
        lower({{ clean_locale('locale') }}) as locale,
        {{ clean_name('item_name') }} as item_name,
        {{ clean_category('category') }} as category,
        {{ clean_name('description', length=5000) }} as description,
        {{ clean_url('item_url') }} as item_url,
        {{ clean_number('price') }} as price,
        -- as in checked_items
        case
            when {{ list_price }} > 0 and {{ list_price }} >= coalesce({{ clean_number('price') }}, 0)
                then {{ list_price }}
        end as list_price,
        upper({{ clean_text('currency') }}) as currency,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

in_scope as (

    select
        typed.*,
        known_items.item_id is not null as item_is_known,
        known_currencies.currency is not null as currency_is_known
    from typed
    left join known_items
        on typed.item_id = known_items.item_id
    left join known_currencies
        on typed.currency = known_currencies.currency

),

{{ checked_rows('item_translations', rows='in_scope') }}
