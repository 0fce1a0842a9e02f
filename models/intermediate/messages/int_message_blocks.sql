-- What all items of a block start from speaks first ("Because you bought Tea"), then the play, where its strategies
-- brought every item of the block, then the reason that the items share, then the stock title.
{% set items_in_email = var('email_items_primary') + var('email_items_secondary') %}
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

plays as (

    select * from {{ ref('int_user_playbook') }}

),

texts as (

    select * from {{ ref('texts') }}

),

blocks as (

    select
        'primary' as block,
        1 as first_position,
        {{ var('email_items_primary') }} as last_position
    union all
    select
        'secondary' as block,
        {{ var('email_items_primary') + 1 }} as first_position,
        {{ items_in_email }} as last_position

),

-- of a block that has any items: what they have in common
contents as (

    select
        user_id,
        placement,
        block,
        case when count(distinct reason_type) = 1 and count(reason_type) = count(*) then min(reason_type) end
            as reason_type,
        case when count(distinct evidence_item_id) = 1 then min(evidence_item_name) end as item_name,
        case when count(distinct category) = 1 then min(category) end as category,
        min(case when is_of_play then 1 else 0 end) = 1 as is_of_play
    from {{ ref('int_recommendations') }}
    where position <= {{ items_in_email }}
    group by user_id, placement, block

),

keyed as (

    select
        recipients.message_id,
        recipients.language,
        blocks.*,
        contents.category,
        case
            when length(contents.item_name) > 60 then concat(substr(contents.item_name, 1, 59), '…')
            else contents.item_name
        end as item_name,
        concat('shared.', contents.reason_type) as shared_key,
        case when contents.is_of_play then plays.title_key end as play_key,
        concat(
            'title.', recipients.trigger_type, '.', blocks.block,
            case when recipients.segment = 'new' then '.new' else '' end
        ) as stock_key
    from recipients
    cross join blocks
    left join contents
        on
            recipients.user_id = contents.user_id
            and recipients.placement = contents.placement
            and blocks.block = contents.block
    left join plays
        on
            recipients.user_id = plays.user_id
            and blocks.block = plays.block

)

select
    keyed.message_id,
    keyed.block,
    coalesce(
        {{ fill_text('named.text', {'category': 'keyed.category', 'item': 'keyed.item_name'}) }},
        of_play.text,
        shared.text,
        stock.text
    ) as title,
    keyed.first_position,
    keyed.last_position
from keyed
{% for name, key in {
    'named': "concat(keyed.shared_key, '.named')",
    'of_play': 'keyed.play_key',
    'shared': 'keyed.shared_key',
    'stock': 'keyed.stock_key'
}.items() %}
    left join texts as {{ name }}
        on
            keyed.language = {{ name }}.language
            and {{ key }} = {{ name }}.key
{% endfor %}
