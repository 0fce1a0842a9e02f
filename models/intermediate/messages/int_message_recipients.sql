{% set items_in_email = var('email_items_primary') + var('email_items_secondary') %}
{% set own_layout = 'coalesce(' ~ layout_arm('decisions.user_id')
    ~ ", case when plays.layout = 'single' then 'hero' else plays.layout end, 'grid')" %}
{% set items = 'coalesce(arms.items, greatest(' ~ items_in_email ~ ', coalesce(arms.items_primary, 0)))' %}

with decisions as (

    select * from {{ ref('int_send_decisions') }}
    where decision = 'send'

),

users as (

    select
        user_id,
        email,
        first_name,
        timezone,
        lower(locale) as locale,
        lower(split_part(locale, '-', 1)) as language
    from {{ ref('stg_users') }}

),

segments as (

    select * from {{ ref('int_user_segments') }}

),

-- the play of the first block is how the whole email looks and sounds
plays as (

    select * from {{ ref('int_user_playbook') }}
    where block = 'primary'

),

locales as (

    select * from {{ ref('email_locales') }}

),

arms as (

    select * from {{ ref('int_message_arms') }}

),

last_followed as (

    select
        user_id,
        'follow_up' as trigger_type,
        max_by(layout, mailed_at) as layout
    from {{ ref('int_followed_messages') }}
    group by user_id

)

select
    decisions.message_id,
    decisions.user_id,
    decisions.trigger_type,
    decisions.placement,
    decisions.shown_item_id,
    users.email,
    users.first_name,
    segments.segment,
    -- the exact locale, else its language, else English
    coalesce(exact.locale, by_language.locale, 'en') as locale,
    coalesce(exact.language, by_language.language, 'en') as language,
    -- whose names of items are in that language, and whose prices are the user's
    case when coalesce(exact.language, by_language.language) is null then 'en' else users.locale end as name_locale,
    users.locale as market_locale,
    users.timezone,
    -- single is one large item first; a follow-up does not look like the email before it
    coalesce(
        arms.layout,
        case
            when followed.layout = {{ own_layout }} then case when followed.layout = 'grid' then 'hero' else 'grid' end
        end,
        {{ own_layout }}
    ) as layout,
    coalesce(plays.tone, 'plain') as tone,
    -- example.com and the .example and .test domains are reserved (RFC 2606): nobody real is mailed there
    {{ matches('users.email', '@(.*[.])?example[.](com|net|org)$|[.](example|test)$') }} as is_synthetic,
    decisions.send_time_arm,
    decisions.send_at,
    decisions.expires_at,
    arms.subject as subject_of_arm,
    arms.offer as offer_of_arm,
    {{ items }} as items,
    least(coalesce(arms.items_primary, {{ var('email_items_primary') }}), {{ items }}) as items_primary,
    arms.experiment,
    arms.arm,
    arms.adaptive_experiment,
    arms.adaptive_arm,
    arms.arm_share,
    decisions.as_of
from decisions
inner join users
    on decisions.user_id = users.user_id
inner join segments
    on decisions.user_id = segments.user_id
left join plays
    on decisions.user_id = plays.user_id
left join arms
    on decisions.user_id = arms.user_id
left join last_followed as followed
    on
        decisions.user_id = followed.user_id
        and decisions.trigger_type = followed.trigger_type
left join locales as exact
    on users.locale = exact.locale
left join locales as by_language
    on users.language = by_language.locale
