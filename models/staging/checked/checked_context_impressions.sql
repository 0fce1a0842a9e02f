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

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when impression_id is null then 'impression_id is missing' end,
            case when context is null then 'context is missing' end,
            case
                when context not in ('item_page', 'cart', 'home', 'post_purchase')
                    then 'context is unknown'
            end,
            case when occurred_at is null then 'occurred_at is missing or not a timestamp' end,
            case when occurred_at < cast('1990-01-01' as timestamp) then 'occurred_at is impossibly early' end,
            case when item_id is null then 'item_id is missing' end,
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
            partition by impression_id
            order by case when faults = '' then 0 else 1 end, occurred_at desc, raw_row
        ) as copy_number
    from judged

)

select
    impression_id,
    context,
    user_id,
    item_id,
    strategy,
    revenue_amount,
    is_clicked,
    is_added_to_cart,
    is_purchased,
    occurred_at,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of impression_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
