-- A name is that of the reader's own locale, else of the language alone, else of another locale of the language. A
-- page or price of another locale is another market's: it counts for nobody else. A price brings its list price and
-- currency.
with user_locales as (

    select distinct
        lower(locale) as locale,
        lower(split_part(locale, '-', 1)) as language
    from {{ ref('stg_users') }}
    where locale is not null
    union
    -- what those read whose language no email is written in
    select
        'en' as locale,
        'en' as language

),

translations as (

    select
        *,
        split_part(locale, '-', 1) as language
    from {{ ref('stg_item_translations') }}

),

names as (

    select * from {{ ref('int_item_names') }}

),

matches as (

    select
        user_locales.locale as user_locale,
        translations.*,
        names.short_name,
        translations.locale in (user_locales.locale, user_locales.language) as is_of_the_market,
        -- first comes first
        concat(
            case translations.locale when user_locales.locale then '1' when user_locales.language then '2' else '3' end,
            translations.locale
        ) as preference
    from user_locales
    inner join translations
        on user_locales.language = translations.language
    left join names
        on
            translations.item_id = names.item_id
            and translations.locale = names.locale

),

prices as (

    select * from matches
    where
        is_of_the_market
        and price is not null
    qualify row_number() over (partition by item_id, user_locale order by preference) = 1

),

texts as (

    select
        item_id,
        user_locale,
        {% for column in ['item_name', 'short_name', 'category'] %}
            min_by({{ column }}, preference) filter (where {{ column }} is not null) as {{ column }},
        {% endfor %}
        min_by(item_url, preference) filter (where is_of_the_market and item_url is not null) as item_url
    from matches
    group by item_id, user_locale

)

select
    texts.item_id,
    texts.user_locale as locale,
    texts.item_name,
    texts.short_name,
    texts.category,
    texts.item_url,
    prices.price,
    prices.list_price,
    prices.currency
from texts
left join prices
    on
        texts.item_id = prices.item_id
        and texts.user_locale = prices.user_locale
