-- Sorted by user, as int_user_items.
{{ config(materialized='table_in_parts', part_keys={'model': 'int_user_keys', 'key': 'user_key'}) }}

with users as (

    select
        user_id,
        user_key
    from {{ ref('int_user_keys') }}
    where {{ is_in_part('user_key') }}

),

histories as (

    {{ purchase_histories('users') }}

)

select * from histories
order by user_key
