-- What acts on all lists, even on those that show nothing of it, and is neither a model, a seed nor a var: coefficients
-- after `recmail train`, and item rules that are live, which begin and end by their dates.
with live_rules as (

    select distinct
        priority,
        rule,
        action,
        amount,
        unit,
        placement,
        scheme,
        segment
    from {{ ref('int_item_rules') }}

),

coefficients as (

    select * from {{ ref('stg_ranker_coefficients') }}

),

parts as (

    select {{ hash_of_rows('live_rules') }} as row_hash from live_rules
    union all
    select {{ hash_of_rows('coefficients') }} as row_hash from coefficients

)

select cast(sum(row_hash) as {{ dbt.type_string() }}) as shop_hash from parts
