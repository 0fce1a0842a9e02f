{% set items_in_email = var('email_items_primary') + var('email_items_secondary') %}
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

-- experiments that change the same of an email share no users (assert_experiments_run_together)
arms as (

    select
        decisions.message_id,
        {% for lever in ['subject', 'layout', 'items_primary', 'items', 'send_delay_hours'] %}
            max(experiment_arms.{{ lever }}) as {{ lever }},
        {% endfor %}
        {{ dbt.listagg('experiment_arms.experiment', "'|'", 'order by experiment_arms.experiment') }} as experiment,
        {{ dbt.listagg('experiment_arms.arm', "'|'", 'order by experiment_arms.experiment') }} as arm
    from decisions
    inner join {{ ref('int_experiment_users') }} as experiment_users
        on decisions.user_id = experiment_users.user_id
    inner join {{ ref('int_experiment_arms') }} as experiment_arms
        on
            experiment_users.experiment = experiment_arms.experiment
            and experiment_users.arm = experiment_arms.arm
            and coalesce(decisions.placement = experiment_arms.placement, true)
            and coalesce(decisions.trigger_type = experiment_arms.trigger_type, true)
    where
        experiment_arms.is_running
        and experiment_arms.channel = 'email'
    group by decisions.message_id

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
    -- single is one large item first
    coalesce(
        arms.layout,
        {{ layout_arm('decisions.user_id') }},
        case when plays.layout = 'single' then 'hero' else plays.layout end,
        'grid'
    ) as layout,
    coalesce(plays.tone, 'plain') as tone,
    -- example.com and the .example and .test domains are reserved (RFC 2606): nobody real is mailed there
    {{ matches('users.email', '@(.*[.])?example[.](com|net|org)$|[.](example|test)$') }} as is_synthetic,
    arms.subject as subject_of_arm,
    {{ items }} as items,
    least(coalesce(arms.items_primary, {{ var('email_items_primary') }}), {{ items }}) as items_primary,
    coalesce(arms.send_delay_hours, 0) as send_delay_hours,
    arms.experiment,
    arms.arm,
    decisions.as_of
from decisions
inner join users
    on decisions.user_id = users.user_id
inner join segments
    on decisions.user_id = segments.user_id
left join plays
    on decisions.user_id = plays.user_id
left join arms
    on decisions.message_id = arms.message_id
left join locales as exact
    on users.locale = exact.locale
left join locales as by_language
    on users.language = by_language.locale
