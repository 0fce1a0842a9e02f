-- A family is as sensitive as the most sensitive of its items, under any name that it has in any language, and the
-- strictest row of the seed counts. What a good
-- part of the catalogue is about is the shop's trade: whoever shops for wine at a wine merchant's is shown wine.
{% set trade_share = 0.2 %}
{% set levels = ['never', 'own_reorders', 'no_evidence'] %}

with items as (

    select
        item_id,
        item_name
    from {{ ref('stg_items') }}

),

translations as (

    select * from {{ ref('stg_item_translations') }}

),

sensitive as (

    select * from {{ ref('sensitive_categories') }}

),

kinds as (

    select
        item_id,
        kind
    from {{ ref('int_item_kinds') }}
    union all
    select
        item_id,
        {{ item_kind('category') }} as kind
    from translations
    where category is not null

),

names as (

    select
        item_id,
        item_name
    from items
    union all
    select
        item_id,
        item_name
    from translations
    where item_name is not null

),

words as (

    select
        item_id,
        {{ unnest_words('item_name') }} as word
    from names

),

matches as (

    select
        kinds.item_id,
        sensitive.level,
        sensitive.topic
    from kinds
    inner join sensitive
        on
            sensitive.match_on = 'kind'
            and kinds.kind like sensitive.pattern
    union all
    select
        words.item_id,
        sensitive.level,
        sensitive.topic
    from words
    inner join sensitive
        on
            sensitive.match_on = 'word'
            and words.word = sensitive.pattern

),

trades as (

    select matches.topic
    from matches
    group by matches.topic
    having count(distinct matches.item_id) >= {{ trade_share }} * (select count(*) from items)

),

families as (

    select * from {{ ref('int_item_families') }}

),

of_families as (

    select
        families.family_id,
        matches.topic,
        case when trades.topic is not null then 'no_evidence' else matches.level end as sensitivity_level
    from matches
    inner join families
        on matches.item_id = families.item_id
    left join trades
        on matches.topic = trades.topic

),

strictest as (

    select * from of_families
    qualify row_number() over (
        partition by family_id
        order by
            case sensitivity_level
                {% for level in levels %}
                    when '{{ level }}' then {{ loop.index }}
                {% endfor %}
            end,
            topic
    ) = 1

)

select
    families.item_id,
    strictest.sensitivity_level,
    strictest.topic as sensitive_topic
from families
inner join strictest
    on families.family_id = strictest.family_id
