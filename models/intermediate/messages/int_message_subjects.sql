-- A subject is one of several patterns: of the reader's arm of an experiment, else of the rule that chose one for the
-- digest, else of what the first item that may be named is there for, else general ones. A reader starts at a pattern
-- of their own and goes on by one with each email, so that no pattern comes twice in a row.
with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

leads as (

    select * from {{ ref('int_message_leads') }}

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

earlier_emails as (

    select
        user_id,
        count(*) as email_count
    from {{ ref('int_email_outcomes') }}
    where outcome = 'mailed'
    group by user_id

),

keyed as (

    select
        recipients.message_id,
        recipients.user_id,
        recipients.language,
        recipients.first_name,
        leads.item_id,
        leads.short_name,
        recipients.subject_of_arm,
        case when recipients.trigger_type = 'recommendations' then subject_rules.effect_value end as subject_of_rule,
        concat('subject.', recipients.trigger_type, '.', leads.subject_group) as subject_of_reason,
        concat('subject.', recipients.trigger_type, '.general') as subject_of_nothing,
        coalesce(earlier_emails.email_count, 0) as email_count
    from recipients
    left join leads
        on recipients.message_id = leads.message_id
    left join subject_rules
        on recipients.user_id = subject_rules.user_id
    left join earlier_emails
        on recipients.user_id = earlier_emails.user_id

),

patterns as (

    {% for prefix in ['subject_of_arm', 'subject_of_rule', 'subject_of_reason', 'subject_of_nothing'] %}
        select
            keyed.*,
            {{ loop.index }} as preference,
            texts.key as subject_key,
            texts.text as pattern
        from keyed
        inner join {{ ref('texts') }} as texts
            on
                keyed.language = texts.language
                and (keyed.{{ prefix }} = texts.key or texts.key like concat(keyed.{{ prefix }}, '.%'))
        where keyed.{{ prefix }} like 'subject.%'
        union all
    {% endfor %}
    -- arms and rules may say in English what only readers of English can be told
    {% for sentence in ['subject_of_arm', 'subject_of_rule'] %}
        select
            keyed.*,
            {{ loop.index }} as preference,
            cast(null as {{ dbt.type_string() }}) as subject_key,
            keyed.{{ sentence }} as pattern
        from keyed
        where
            keyed.language = 'en'
            and keyed.{{ sentence }} not like 'subject.%'
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

filled as (

    select
        *,
        {{ fill_text('pattern', {'first_name': 'first_name', 'item': 'short_name'}) }} as subject
    from patterns

),

possible as (

    select * from filled
    where subject is not null
    qualify preference = min(preference) over (partition by message_id)

),

numbered as (

    select
        *,
        row_number() over (partition by message_id order by subject_key) - 1 as pattern_number,
        count(*) over (partition by message_id) as pattern_count
    from possible

)

select
    message_id,
    subject,
    subject_key,
    item_id as subject_item_id
from numbered
where
    pattern_number
    = mod(cast(floor({{ hash_share("'subject:' || user_id") }} * pattern_count) as bigint) + email_count, pattern_count)
