with decisions as (

    select user_id
    from {{ ref('send_decisions') }}
    where decision = 'send'

),

users as (

    select
        user_id,
        email,
        first_name,
        lower(locale) as locale,
        lower(split_part(locale, '-', 1)) as language
    from {{ ref('stg_users') }}

),

segments as (

    select * from {{ ref('int_user_segments') }}

),

-- the first block's layout is the email's; single is one large item first
layouts as (

    select
        user_id,
        case when layout = 'single' then 'hero' else layout end as layout
    from {{ ref('int_user_playbook') }}
    where block = 'primary'

),

locales as (

    select * from {{ ref('email_locales') }}

)

select
    users.user_id,
    users.email,
    users.first_name,
    segments.segment,
    -- the exact locale, else its language, else English
    coalesce(exact.locale, by_language.locale, 'en') as locale,
    coalesce(exact.language, by_language.language, 'en') as language,
    coalesce({{ layout_arm('users.user_id') }}, layouts.layout, 'grid') as layout,
    -- example.com and the .example and .test domains are reserved (RFC 2606): nobody real is mailed there
    {{ matches('users.email', '@(.*[.])?example[.](com|net|org)$|[.](example|test)$') }} as is_synthetic
from decisions
inner join users
    on decisions.user_id = users.user_id
inner join segments
    on decisions.user_id = segments.user_id
left join layouts
    on decisions.user_id = layouts.user_id
left join locales as exact
    on users.locale = exact.locale
left join locales as by_language
    on users.language = by_language.locale
