with items as (

    select * from {{ ref('stg_items') }}

),

own_names as (

    select * from {{ ref('int_item_names') }}
    where locale = ''

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

sensitivity as (

    select * from {{ ref('int_item_sensitivity') }}

),

named as (

    select
        items.item_id,
        items.category,
        items.is_active,
        items.is_product,
        own_names.short_name,
        lower(own_names.noun) as noun_key
    from items
    inner join own_names
        on items.item_id = own_names.item_id

)

select
    named.item_id,
    item_keys.item_key,
    named.short_name,
    cast(dense_rank() over (order by named.category) as {{ dbt.type_int() }}) as category_number,
    dense_rank() over (order by named.category, {{ singular('named.noun_key') }}) as kind_number,
    named.is_active and named.is_product and sensitivity.item_id is null as is_nameable
from named
inner join item_keys
    on named.item_id = item_keys.item_id
left join sensitivity
    on named.item_id = sensitivity.item_id
