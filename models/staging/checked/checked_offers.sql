with input_rows as (

    select * from {{ gated_input('offers') }}

),

known_items as (

    select item_id from {{ ref('stg_items') }}

),

typed as (

    select
        {{ clean_text('offer_id') }} as offer_id,
        {{ printable_text('offer_name') }} as offer_name,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_text('category') }} as category,
        {{ clean_enum('minimum_segment') }} as minimum_segment,
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

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when offer_id is null then 'offer_id is missing' end,
            case when offer_name is null then 'offer_name is missing' end,
            case when starts_at is null then 'starts_at is missing or not a timestamp' end,
            case when starts_at < cast('1990-01-01' as timestamp) then 'starts_at is impossibly early' end,
            case when ends_at is null then 'ends_at is missing or not a timestamp' end,
            case when ends_at < cast('1990-01-01' as timestamp) then 'ends_at is impossibly early' end,
            case when ends_at < starts_at then 'ends_at is before starts_at' end,
            case
                when discount_percent not between 0 and 100
                    then 'discount_percent is not between 0 and 100'
            end,
            case
                when item_id is not null and not item_is_known
                    then 'item_id is not in items'
            end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by offer_id
            order by case when faults = '' then 0 else 1 end, starts_at desc, raw_row
        ) as copy_number
    from judged

)

select
    offer_id,
    offer_name,
    item_id,
    category,
    minimum_segment,
    discount_percent,
    starts_at,
    ends_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of offer_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
