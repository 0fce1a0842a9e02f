-- A short name is what stands before the first comma, dash, bar or bracket, without a size at its end ("Cola 330 ml"),
-- with the brand in front where the full name lacks it and there is room, cut between words.
{% set length_max = 30 %}
{% set size_pattern = '( [0-9]+ ?[x×])? [0-9]+([.,][0-9]+)? ?([A-Za-z]+)[.]?$' %}

with items as (

    select
        *,
        trim(split_part(split_part(split_part(split_part(item_name, ' (', 1), ', ', 1), ' - ', 1), ' | ', 1))
            as first_part
    from {{ ref('stg_items') }}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

sensitivity as (

    select * from {{ ref('int_item_sensitivity') }}

),

unit_words as (

    select * from {{ ref('unit_words') }}

),

nouns as (

    select
        items.item_id,
        items.item_name,
        items.category,
        items.brand,
        items.is_active,
        items.is_product,
        coalesce(
            nullif(
                case
                    when unit_words.word is null then items.first_part
                    else trim(regexp_replace(items.first_part, '{{ size_pattern }}', ''))
                end,
                ''
            ),
            items.item_name
        ) as noun
    from items
    left join unit_words
        on lower(regexp_extract(items.first_part, '{{ size_pattern }}', 3)) = unit_words.word

),

branded as (

    select
        *,
        lower(noun) as noun_key,
        case
            when
                position(lower(brand) in lower(item_name)) = 0
                and length(brand) + 1 + length(noun) <= {{ length_max }}
                then concat(brand, ' ', noun)
            else noun
        end as full_noun
    from nouns

)

select
    branded.item_id,
    item_keys.item_key,
    case
        when length(branded.full_noun) <= {{ length_max }} then branded.full_noun
        else
            concat(regexp_replace(substr(branded.full_noun, 1, {{ length_max - 1 }}), '[ ,;:]+[^ ]*$', ''), '…')
    end as short_name,
    dense_rank() over (order by branded.category, {{ singular('branded.noun_key') }}) as kind_number,
    branded.is_active and branded.is_product and sensitivity.item_id is null as is_nameable
from branded
inner join item_keys
    on branded.item_id = item_keys.item_id
left join sensitivity
    on branded.item_id = sensitivity.item_id
