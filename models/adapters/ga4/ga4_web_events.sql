-- One per item of an event; an event about an item that names none says nothing and is left out.
{{ config(enabled='ga4' in var('sources')) }}

with events as (

    select
        *,
        case event_name
            when 'view_item' then 'item_view'
            when 'add_to_cart' then 'cart_add'
            when 'remove_from_cart' then 'cart_remove'
            when 'add_to_wishlist' then 'wishlist_add'
            when 'search' then 'search'
            when 'view_search_results' then 'search'
        end as event_type
    from {{ ref('ga4_events') }}

),

listed as (

    select
        events.*,
        {{ unnest_list('items') }} as item
    from events
    where event_type is not null

),

event_items as (

    select
        event_key,
        event_type,
        occurred_at,
        user_id,
        user_pseudo_id,
        session_id,
        search_term,
        category,
        device_type,
        item.item_id
    from listed
    union all
    select
        event_key,
        event_type,
        occurred_at,
        user_id,
        user_pseudo_id,
        session_id,
        search_term,
        category,
        device_type,
        item_id
    from events
    where
        event_type is not null
        and items is null

)

select
    concat('ga4:', event_key, ':', coalesce(item_id, '')) as event_id,
    event_type,
    occurred_at,
    user_id,
    user_pseudo_id as anonymous_id,
    user_pseudo_id || ':' || session_id as session_id,
    -- as Shopify's own tag writes it: shopify_<country>_<product>_<variant>
    case
        when {{ matches('item_id', '^shopify_[A-Za-z]+_[0-9]+_[0-9]+$') }}
            then {{ dbt.split_part('item_id', "'_'", 4) }}
        else item_id
    end as item_id,
    category,
    search_term as search_query,
    device_type
from event_items
where
    item_id is not null
    or event_type = 'search'
qualify row_number() over (
    partition by event_key, item_id
    order by occurred_at
) = 1
