-- What all items of a block start from speaks first ("Because you bought Tea"), then the reason that they share, the
-- play, the stock title, and a neutral one. A title with a row in seed `title_claims` stands only over items whose
-- reasons are all among those it claims, and once in an email. The digest says nothing of a taste to new
-- users; what any other email is sent for they know as well as others.
{% set ending = "case when segment = 'new' and trigger_type = 'recommendations' then '.new' else '' end" %}

with blocks as (

    {% for block, positions in {
        'primary': ['1', 'items_primary'], 'secondary': ['items_primary + 1', 'items']
    }.items() %}
        select
            message_id,
            user_id,
            language,
            -- the plays of the playbook fill the digest alone
            placement = 'email_digest' as has_play,
            '{{ block }}' as block,
            {{ positions[0] }} as first_position,
            {{ positions[1] }} as last_position,
            concat('title.', trigger_type, '.{{ block }}', {{ ending }}) as stock_key
        from {{ ref('int_message_recipients') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

items as (

    select
        message_id,
        block,
        reason_type,
        -- of what may not be named no title names the category either
        case when is_nameable then category_name end as category,
        evidence_item_name as short_name
    from {{ ref('int_message_places') }}

),

-- of a block that has any items: what they have in common
contents as (

    select
        message_id,
        block,
        case when count(distinct reason_type) = 1 then concat('shared.', min(reason_type)) end as shared_key,
        case when count(distinct short_name) = 1 and count(short_name) = count(*) then min(short_name) end as item_name,
        case when count(distinct category) = 1 and count(category) = count(*) then min(category) end as category
    from items
    group by message_id, block

),

keyed as (

    select
        blocks.*,
        contents.category,
        contents.item_name,
        contents.shared_key,
        case when blocks.has_play then plays.title_key end as play_key
    from blocks
    left join contents
        on
            blocks.message_id = contents.message_id
            and blocks.block = contents.block
    left join {{ ref('int_user_playbook') }} as plays
        on
            blocks.user_id = plays.user_id
            and blocks.block = plays.block

),

choices as (

    {% for key in [
        "concat(shared_key, '.named')", 'shared_key', 'play_key', 'stock_key', "concat('title.neutral.', block)"
    ] %}
        select
            *,
            {{ key }} as text_key,
            {{ loop.index }} as preference
        from keyed
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

untrue as (

    select distinct
        items.message_id,
        items.block,
        claims.key as text_key
    from items
    cross join {{ ref('title_claims') }} as claims
    where concat('|', claims.reason_types, '|') not like concat('%|', items.reason_type, '|%')

),

titles as (

    select
        choices.message_id,
        choices.block,
        choices.first_position,
        choices.last_position,
        choices.preference,
        {{ fill_text('texts.text', {'category': 'choices.category', 'item': 'choices.item_name'}) }} as title
    from choices
    inner join {{ ref('texts') }} as texts
        on
            choices.language = texts.language
            and choices.text_key = texts.key
    left join untrue
        on
            choices.message_id = untrue.message_id
            and choices.block = untrue.block
            and choices.text_key = untrue.text_key
    where untrue.text_key is null

),

first_titles as (

    select
        message_id,
        title
    from titles
    where block = 'primary' and title is not null
    qualify row_number() over (partition by message_id order by preference) = 1

)

select
    titles.message_id,
    titles.block,
    titles.title,
    titles.first_position,
    titles.last_position
from titles
left join first_titles
    on
        titles.message_id = first_titles.message_id
        and titles.title = first_titles.title
where
    titles.title is not null
    and (titles.block = 'primary' or first_titles.message_id is null)
qualify row_number() over (partition by titles.message_id, titles.block order by titles.preference) = 1
