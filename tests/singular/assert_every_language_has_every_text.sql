-- A text missing in one language would leave its messages without a line; one with other placeholders would leave a
-- value out, or print a brace. What it names: the key, the language, and what is wrong.
{% set placeholders = ['item', 'category', 'count', 'percent', 'first_name', 'shop', 'date', 'day', 'month'] %}
{% set placeholders = placeholders + ['offer', 'ends'] %}
{% set emptied = {} %}
{% for placeholder in placeholders %}{% do emptied.update({placeholder: "''"}) %}{% endfor %}
with texts as (

    select
        key,
        language,
        -- a language has the plural forms that it needs, and a form for one may do without the number
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

expected as (

    select distinct
        texts.key,
        locales.language
    from texts
    cross join {{ ref('email_locales') }} as locales
    where not texts.is_plural_form

),

english as (

    select * from texts
    where language = 'en'

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
    concat('has placeholders', texts.placeholders, ', English has', english.placeholders) as problem
from texts
inner join english
    on texts.key = english.key
where
    texts.placeholders <> english.placeholders
    and not texts.is_plural_form

union all

select
    key,
    language,
    'has a placeholder that nothing fills' as problem
from texts
where other_text like '%{{ '{' }}%' or other_text like '%}%'
