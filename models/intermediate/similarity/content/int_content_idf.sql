-- Smooth idf as in scikit-learn: ln((1 + items) / (1 + items with the token)) + 1, never below 1.
with tokens as (

    select * from {{ ref('int_content_tokens') }}

),

catalogue as (

    select count(*) as item_count from {{ ref('int_content_items') }}

),

counted as (

    select
        field,
        token,
        count(*) as item_count
    from tokens
    group by field, token

)

select
    counted.field,
    counted.token,
    counted.item_count,
    cast(row_number() over (order by counted.token) as {{ dbt.type_int() }}) as token_number,
    ln((1 + catalogue.item_count) / cast(1 + counted.item_count as double)) + 1 as idf
from counted
cross join catalogue
