-- The preheader carries the second fact: the offer, the largest saving, what the trigger says, the next item, or what
-- the tone says.
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

subjects as (

    select * from {{ ref('int_message_subjects') }}

),

offers as (

    select * from {{ ref('int_message_offers') }}

),

texts as (

    select * from {{ ref('texts') }}

),

-- what else than the subject's item may be named
items as (

    select named_items.*
    from {{ ref('int_message_named_items') }} as named_items
    inner join subjects
        on named_items.message_id = subjects.message_id
    where
        subjects.subject_item_id is null
        or named_items.item_id <> subjects.subject_item_id

),

next_items as (

    select * from items
    qualify row_number() over (partition by message_id order by position) = 1

),

savings as (

    select * from items
    where saved_percent is not null
    qualify row_number() over (partition by message_id order by saved_percent desc, position) = 1

),

keyed as (

    select
        recipients.message_id,
        recipients.language,
        recipients.first_name,
        subjects.subject,
        subjects.subject_key,
        -- a sentence ends once, in any script
        trim(trailing '.!?。！？؟ ' from offers.headline) as offer,
        offers.ends_text,
        cast(savings.saved_percent as {{ dbt.type_string() }}) as saved_percent,
        savings.short_name as saving_item,
        next_items.short_name as next_item,
        concat('preheader.', recipients.trigger_type) as trigger_key,
        -- nothing is said of a taste that nobody has seen: new users get words of their own
        concat('preheader.', case when recipients.segment = 'new' then 'new' else recipients.tone end) as preheader_key,
        concat('greeting.', recipients.tone, case when recipients.first_name is null then '' else '.named' end)
            as greeting_key
    from recipients
    inner join subjects
        on recipients.message_id = subjects.message_id
    left join offers
        on recipients.message_id = offers.message_id
    left join savings
        on recipients.message_id = savings.message_id
    left join next_items
        on recipients.message_id = next_items.message_id

),

worded as (

    select
        keyed.*,
        offer_lines.text as offer_line,
        saving_lines.text as saving_line,
        trigger_lines.text as trigger_line,
        item_lines.text as item_line,
        preheaders.text as preheader,
        greetings.text as greeting,
        footer_reasons.text as footer_reason
    from keyed
    {% for name, key in {
        'offer_lines': "'preheader.offer'",
        'saving_lines': "'preheader.saving'",
        'trigger_lines': 'keyed.trigger_key',
        'item_lines': "'preheader.item'",
        'preheaders': 'keyed.preheader_key',
        'greetings': 'keyed.greeting_key',
        'footer_reasons': "'footer.reason'"
    }.items() %}
        left join texts as {{ name }}
            on
                keyed.language = {{ name }}.language
                and {{ key }} = {{ name }}.key
    {% endfor %}

)

select
    message_id,
    subject,
    subject_key,
    coalesce(
        {{ fill_text('offer_line', {'offer': 'offer', 'ends': 'ends_text'}) }},
        {{ fill_text('saving_line', {'percent': 'saved_percent', 'item': 'saving_item'}) }},
        trigger_line,
        {{ fill_text('item_line', {'item': 'next_item'}) }},
        preheader
    ) as preheader,
    {{ fill_text('greeting', {'first_name': 'first_name'}) }} as greeting,
    {{ fill_text('footer_reason', {'shop': literal(var('shop_name'))}) }} as footer_reason
from worded
