{{ config(enabled='klaviyo' in var('sources')) }}

select
    concat('klaviyo:', event_id) as event_id,
    case metric_key when 'viewed product' then 'item_view' else 'cart_add' end as event_type,
    occurred_at,
    person_id as user_id,
    cast(null as {{ dbt.type_string() }}) as anonymous_id,
    cast(null as {{ dbt.type_string() }}) as session_id,
    product_id as item_id,
    cast(null as {{ dbt.type_string() }}) as category,
    cast(null as {{ dbt.type_string() }}) as search_query,
    cast(null as {{ dbt.type_string() }}) as device_type
from {{ ref('klaviyo_events') }}
where
    metric_key in ('viewed product', 'added to cart')
    and product_id is not null
