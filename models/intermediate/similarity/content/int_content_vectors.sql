-- weight = field weight × idf / length of the item's vector, so that a dot product of two vectors is their cosine; idf
-- is smoothed as in scikit-learn: ln((1 + items) / (1 + items with the token)) + 1, never below 1. Squares are summed
-- as decimals: the order of rows changes no digit.
{% set field_weights = var('content_field_weights') %}
with tokens as (

    select * from {{ ref('int_content_tokens') }}

),

catalogue as (

    select count(*) as item_count from {{ ref('int_content_items') }}

),

idf as (

    select
        tokens.token,
        cast(row_number() over (order by tokens.token) as {{ dbt.type_int() }}) as token_number,
        ln((1 + max(catalogue.item_count)) / cast(1 + count(*) as double)) + 1 as idf
    from tokens
    cross join catalogue
    group by tokens.token

),

weighted as (

    select
        tokens.item_number,
        idf.token_number,
        idf.idf * case tokens.field
            {% for field, weight in field_weights.items() if weight > 0 %}
                when {{ literal(field) }} then cast({{ weight }} as double)
            {% endfor %}
        end as raw_weight
    from tokens
    inner join idf
        on tokens.token = idf.token

),

lengths as (

    select
        item_number,
        sqrt(cast(sum(cast(raw_weight * raw_weight as decimal(28, 18))) as double)) as vector_length
    from weighted
    group by item_number

)

select
    weighted.item_number,
    weighted.token_number,
    weighted.raw_weight / lengths.vector_length as weight
from weighted
inner join lengths
    on weighted.item_number = lengths.item_number
where weighted.raw_weight is not null
