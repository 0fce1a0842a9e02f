with items as (

    select * from {{ ref('int_content_items') }}

),

ignored_words as (

    select word from {{ ref('stop_words') }}
    union all
    select word from {{ ref('unit_words') }}

),

words as (

    select
        item_number,
        {{ unnest_words('item_name') }} as word
    from items

),

-- "500ml" and "4x100g" say as little as "500 ml": without its amount the word is a unit
telling_words as (

    select
        words.item_number,
        words.word
    from words
    left join ignored_words
        on regexp_replace(words.word, '^([0-9]+x)?[0-9]+', '') = ignored_words.word
    where ignored_words.word is null

),

fields as (

    select distinct
        item_number,
        'name' as field,
        {{ singular('word') }} as value
    from telling_words
    {% for attribute in ['category', 'subcategory', 'brand', 'price_band'] %}
    union all
    select
        item_number,
        '{{ attribute }}' as field,
        {{ attribute }} as value
    from items
    where {{ attribute }} is not null
    {% endfor %}

)

select
    field,
    field || ':' || value as token,
    item_number
from fields
