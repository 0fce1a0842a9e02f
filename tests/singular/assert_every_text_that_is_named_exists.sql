-- What strategies, lists, the playbook and rules name by key would be printed nowhere when no text has it.
with named as (

    {% for strategy in strategies() if strategy.reason %}
        {% set endings = ['_bought', '_viewed', '_liked'] if strategy.reason == 'because_you' else [''] %}
        {% for ending in endings %}
            select
                'strategy {{ strategy.name }}' as named_by,
                'reason.{{ strategy.reason }}{{ ending }}' as text_key
            union
        {% endfor %}
    {% endfor %}
    select
        'a list' as named_by,
        concat('reason.', reason_type) as text_key
    from (select distinct lists.reason_type from {{ ref('int_recommendations') }} as lists)
    union
    {% for begin, end in [('subject', '.general.1'), ('title', '.primary'), ('title', '.secondary')] %}
        select
            concat('trigger ', trigger_type) as named_by,
            concat('{{ begin }}.', trigger_type, '{{ end }}') as text_key
        from {{ ref('triggers') }}
        union
    {% endfor %}
    -- the digest has the preheader of the reader's tone, and no line under its headline
    {% for begin in ['preheader.', 'word.lead_'] %}
        select
            concat('trigger ', trigger_type) as named_by,
            concat('{{ begin }}', trigger_type) as text_key
        from {{ ref('triggers') }}
        where trigger_type <> 'recommendations'
        union
    {% endfor %}
    select
        'an item' as named_by,
        concat('badge.', badge_type) as text_key
    from {{ ref('int_printed_items') }}
    where badge_type is not null
    union
    select
        concat('play ', play) as named_by,
        title_key as text_key
    from {{ ref('playbook') }}
    union
    select
        concat('play ', play) as named_by,
        concat('greeting.', tone) as text_key
    from {{ ref('playbook') }}
    union
    select
        concat('play ', play) as named_by,
        concat('preheader.', tone) as text_key
    from {{ ref('playbook') }}
    union
    select
        concat('rule ', rule_name) as named_by,
        effect_value as text_key
    from {{ ref('int_rule_hits') }}
    where
        effect = 'choose_subject'
        and effect_value like 'subject.%'
    union
    -- an arm names one subject, or what several begin with
    select
        concat('arm ', arms.experiment, ' ', arms.arm) as named_by,
        coalesce(min(subjects.key), arms.subject) as text_key
    from {{ ref('experiment_arms') }} as arms
    left join {{ ref('texts') }} as subjects
        on arms.subject = subjects.key or subjects.key like concat(arms.subject, '.%')
    where arms.subject like 'subject.%'
    group by arms.experiment, arms.arm, arms.subject

)

select
    named.named_by,
    named.text_key
from named
left join {{ ref('texts') }} as texts
    on named.text_key = texts.key
where texts.key is null
