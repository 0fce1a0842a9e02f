with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

first_items as (

    select
        user_id,
        placement,
        substr(item_name, 1, 80) as item_name
    from {{ ref('int_recommendations') }}
    where position = 1

),

subject_rules as (

    select
        user_id,
        effect_value
    from {{ ref('int_user_rules') }}
    where
        effect = 'choose_subject'
        and effect_rank = 1

),

texts as (

    select * from {{ ref('texts') }}

),

keyed as (

    select
        recipients.message_id,
        recipients.language,
        first_items.item_name,
        recipients.first_name,
        subject_rules.effect_value as subject_of_rule,
        concat(
            'subject.', recipients.trigger_type,
            case when recipients.segment = 'new' then '.new' else '' end,
            case when recipients.first_name is null then '' else '.named' end
        ) as subject_key,
        -- nothing is said of a taste that nobody has seen: new users get words of their own
        concat('preheader.', case when recipients.segment = 'new' then 'new' else recipients.tone end) as preheader_key,
        concat('greeting.', recipients.tone, case when recipients.first_name is null then '' else '.named' end)
            as greeting_key
    from recipients
    inner join first_items
        on
            recipients.user_id = first_items.user_id
            and recipients.placement = first_items.placement
    left join subject_rules
        on recipients.user_id = subject_rules.user_id

),

worded as (

    select
        keyed.*,
        -- a rule names a text, or says in English what only readers of English can be told
        coalesce(
            rule_subjects.text,
            case
                when keyed.language = 'en' and keyed.subject_of_rule not like 'subject.%' then keyed.subject_of_rule
            end
        ) as rule_subject,
        subjects.text as subject,
        preheaders.text as preheader,
        greetings.text as greeting,
        footer_reasons.text as footer_reason
    from keyed
    {% for name, key in {
        'rule_subjects': 'keyed.subject_of_rule',
        'subjects': 'keyed.subject_key',
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
    coalesce(
        {{ fill_text('rule_subject', {'first_name': 'first_name', 'item': 'item_name'}) }},
        {{ fill_text('subject', {'first_name': 'first_name', 'item': 'item_name'}) }}
    ) as subject,
    preheader,
    {{ fill_text('greeting', {'first_name': 'first_name'}) }} as greeting,
    {{ fill_text('footer_reason', {'shop': literal(var('shop_name'))}) }} as footer_reason
from worded
