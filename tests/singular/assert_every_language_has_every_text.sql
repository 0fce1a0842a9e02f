-- A text missing in one language would leave its messages without a line; one with other placeholders would leave a
-- value out, or print a brace. A text with a {count} stands in every form that numbers below a million take in its
-- language (macro plural_rules), and a form may do without the number. What it names: the key, the language, and what
-- is wrong.
-- noqa: disable=LT05
{% set placeholders = ['item', 'category', 'percent', 'rating', 'first_name', 'shop', 'date', 'day', 'month'] %}
{% set placeholders = placeholders + ['offer', 'ends'] %}
{% set emptied = {'count': "''"} %}
{% for placeholder in placeholders %}{% do emptied.update({placeholder: "''"}) %}{% endfor %}
with texts as (

    select
        key,
        language,
        text like '%{{ '{count}' }}%' as has_count,
        {{ matches('key', '[.](zero|one|two|few|many)$') }} as is_plural_form,
        concat(
            {% for placeholder in placeholders -%}
                case when text like '%{{ '{' ~ placeholder ~ '}' }}%' then ' {{ placeholder }}' else '' end,
            {% endfor -%}
            ''
        ) as placeholders,
        {{ fill_text('text', emptied) }} as other_text
    from {{ ref('texts') }}

),

-- of each text, not of its forms
english as (

    select * from texts
    where
        language = 'en'
        and not is_plural_form

),

languages as (

    select distinct language from {{ ref('email_locales') }}

),

forms as (

    {% for rule in plural_rules() %}
        {% for form, condition in rule.forms.items() if '1000000' not in condition %}
            select
                language,
                '{{ form }}' as form
            from languages
            where language in ('{{ rule.languages.split() | join("',\n'") }}')
            union all
        {% endfor %}
    {% endfor %}
    select
        language,
        'one' as form
    from languages
    where
        language not in (
            {% for rule in plural_rules() %}
                '{{ rule.languages.split() | join("',\n'") }}' {{- ',' if not loop.last }}
            {% endfor %}
        )

),

expected as (

    select distinct
        texts.key,
        languages.language
    from texts
    cross join languages
    where not texts.is_plural_form
    union
    select
        concat(english.key, '.', forms.form) as form_key,
        forms.language
    from english
    cross join forms
    where english.has_count

)

select
    expected.key,
    expected.language,
    'has no text' as problem
from expected
left join texts
    on
        expected.key = texts.key
        and expected.language = texts.language
where texts.key is null

union all

select
    texts.key,
    texts.language,
    concat(
        'has placeholders', texts.placeholders, case when texts.has_count then ' count' else '' end,
        ', English has', english.placeholders, case when english.has_count then ' count' else '' end
    ) as problem
from texts
inner join english
    on texts.key in (
        english.key,
        {% for form in ['zero', 'one', 'two', 'few', 'many'] %}
            concat(english.key, '.{{ form }}') {{- ',' if not loop.last }}
        {% endfor %}
    )
where
    texts.placeholders <> english.placeholders
    or (texts.has_count <> english.has_count and not texts.is_plural_form)

union all

select
    key,
    language,
    'has a placeholder that nothing fills' as problem
from texts
where other_text like '%{{ '{' }}%' or other_text like '%}%'
