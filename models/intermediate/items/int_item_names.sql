-- A short name is what stands before the first comma, dash, bar or bracket, without a size at its end ("Cola 330 ml"),
-- with the brand in front where the full name lacks it and there is room, cut between words and not after a joining one
-- ("Wheat &…").
{% set length_max = 30 %}
{% set joining = '& and or with for in und oder mit für et ou avec de y o con' %}
{% set size_pattern = '( [0-9]+ ?[x×])? [0-9]+([.,][0-9]+)? ?([A-Za-z]+)[.]?$' %}

with items as (

    select * from {{ ref('stg_items') }}

),

unit_words as (

    select * from {{ ref('unit_words') }}

),

names as (

    select
        item_id,
        '' as locale,
        item_name,
        brand
    from items
    union all
    select
        translations.item_id,
        translations.locale,
        translations.item_name,
        items.brand
    from {{ ref('stg_item_translations') }} as translations
    inner join items
        on translations.item_id = items.item_id
    where translations.item_name is not null

),

first_parts as (

    select
        *,
        trim(split_part(split_part(split_part(split_part(item_name, ' (', 1), ', ', 1), ' - ', 1), ' | ', 1))
            as first_part
    from names

),

nouns as (

    select
        first_parts.*,
        coalesce(
            nullif(
                case
                    when unit_words.word is null then first_parts.first_part
                    else trim(regexp_replace(first_parts.first_part, '{{ size_pattern }}', ''))
                end,
                ''
            ),
            first_parts.item_name
        ) as noun
    from first_parts
    left join unit_words
        on lower(regexp_extract(first_parts.first_part, '{{ size_pattern }}', 3)) = unit_words.word

),

branded as (

    select
        *,
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
    item_id,
    locale,
    item_name,
    noun,
    case
        when length(full_noun) <= {{ length_max }} then full_noun
        else
            concat(
                regexp_replace(
                    substr(full_noun, 1, {{ length_max - 1 }}),
                    '([ ,;:]+({{ joining.split() | join('|') }}))*[ ,;:]+[^ ]*$',
                    ''
                ),
                '…'
            )
    end as short_name
from branded
