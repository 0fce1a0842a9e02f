with items as (

    select * from {{ ref('int_content_items') }}

),

stop_words as (

    select * from {{ ref('stop_words') }}

),

unit_words as (

    select * from {{ ref('unit_words') }}

),

words as (

    select
        item_number,
        {{ unnest_words('item_name') }} as word
    from items

),

-- "500ml" and "4x100g" say as little as "500 ml": a unit is one with or without an amount in front
telling_words as (

    select
        words.item_number,
        words.word
    from words
    left join stop_words
        on words.word = stop_words.word
    left join unit_words
        on regexp_replace(words.word, '^([0-9]+x)?[0-9]+', '') = unit_words.word
    where
        stop_words.word is null
        and unit_words.word is null

),

fields as (

    select distinct
        item_number,
        'name' as field,
        {{ singular('word') }} as field_value
    from telling_words
    {% for attribute in ['category', 'subcategory', 'brand', 'price_band'] %}
        union all
        select
            item_number,
            '{{ attribute }}' as field,
            {{ attribute }} as field_value
        from items
        where {{ attribute }} is not null
    {% endfor %}

)

select
    field,
    field || ':' || field_value as token,
    item_number
from fields
