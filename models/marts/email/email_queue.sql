with decisions as (

    select user_id
    from {{ ref('send_decisions') }}
    where decision = 'send'

),

users as (

    select * from {{ ref('stg_users') }}

),

segments as (

    select * from {{ ref('int_user_segments') }}

),

gate as (

    select max(input_fingerprint) as input_fingerprint
    from {{ ref('input_validation_results') }}

),

first_items as (

    select
        user_id,
        item_name,
        as_of
    from {{ ref('user_recommendations') }}
    where position = 1

)

select
    md5(
        'recommendations:' || users.user_id || ':' || cast(first_items.as_of as {{ dbt.type_string() }})
    ) as message_id,
    users.user_id,
    users.email,
    'recommendations' as trigger_type,
    concat(
        case
            when users.first_name is null and segments.segment = 'new' then 'Popular right now'
            when users.first_name is null then 'Picked for you'
            when segments.segment = 'new' then substr(users.first_name, 1, 60) || ', popular right now'
            else substr(users.first_name, 1, 60) || ', picked for you'
        end,
        ': ',
        substr(first_items.item_name, 1, 80)
    ) as subject,
    -- nothing is said of a taste that nobody has seen
    case
        when segments.segment = 'new' then 'What other customers buy most right now'
        else 'Ideas that start from what you looked at and bought'
    end as preheader,
    case when users.first_name is not null then 'Hi ' || users.first_name || ',' else 'Hello,' end as greeting,
    segments.segment,
    'en' as locale,
    case
        when segments.segment = 'new'
            then {{ email_blocks('Popular right now', 'More that others buy') }}
        else {{ email_blocks('Picked for you', 'You may also like') }}
    end as blocks,
    {{ literal(var('shop_name')) }} as shop_name,
    {{ literal(var('shop_url')) }} as shop_url,
    {{ literal(var('preferences_url')) }} as preferences_url,
    {{ literal(var('unsubscribe_url')) }} as unsubscribe_url,
    {{ literal(var('support_url')) }} as support_url,
    {{ literal(var('postal_address')) }} as postal_address,
    'You get this email because you subscribed to recommendations from ' || {{ literal(var('shop_name')) }} || '.'
        as footer_reason,
    -- example.com and the .example and .test domains are reserved (RFC 2606): nobody real is mailed there
    {{ matches('users.email', '@(.*[.])?example[.](com|net|org)$|[.](example|test)$') }} as is_synthetic,
    gate.input_fingerprint,
    first_items.as_of as send_at,
    first_items.as_of
from decisions
inner join users
    on decisions.user_id = users.user_id
inner join segments
    on decisions.user_id = segments.user_id
inner join first_items
    on decisions.user_id = first_items.user_id
cross join gate
