-- One per product of an e-commerce action, and one per search. Structured events (se_…) mean what each site says, and
-- pages name no product: neither is read.
{{ config(enabled='snowplow' in var('sources')) }}

with events as (

    select
        *,
        case action_type
            when 'product_view' then 'item_view'
            when 'add_to_cart' then 'cart_add'
            when 'remove_from_cart' then 'cart_remove'
        end as event_type
    from {{ ref('snowplow_events') }}

),

listed as (

    select
        events.*,
        {{ unnest_list('products') }} as product
    from events
    where event_type is not null

),

event_items as (

    select
        event_id,
        event_type,
        occurred_at,
        user_id,
        anonymous_id,
        session_id,
        device_type,
        product.id as item_id,
        product.category,
        cast(null as {{ dbt.type_string() }}) as search_query
    from listed
    where product.id is not null
    union all
    select
        event_id,
        'search' as event_type,
        occurred_at,
        user_id,
        anonymous_id,
        session_id,
        device_type,
        cast(null as {{ dbt.type_string() }}) as item_id,
        cast(null as {{ dbt.type_string() }}) as category,
        search_query
    from events
    where search_query is not null

)

select
    concat('snowplow:', event_id, ':', coalesce(item_id, '')) as event_id,
    event_type,
    occurred_at,
    user_id,
    anonymous_id,
    session_id,
    item_id,
    category,
    search_query,
    device_type
from event_items
qualify row_number() over (
    partition by event_id, item_id
    order by category
) = 1
