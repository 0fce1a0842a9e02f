-- Only addresses whose owners agreed to it leave for an ad platform, also those that it is to leave alone. The key of a
-- row is all that is left of it in a tombstone, and all that a platform needs to take somebody out.
with consenting as (

    select
        user_id,
        -- clean_email has trimmed it and made it small, as Meta, TikTok and LinkedIn ask
        email,
        -- Google wants Gmail's dots, which deliver to the same mailbox, out as well
        case
            when split_part(email, '@', 2) in ('gmail.com', 'googlemail.com')
                then concat(replace(split_part(email, '@', 1), '.', ''), '@', split_part(email, '@', 2))
            else email
        end as google_email
    from {{ ref('int_channel_consents') }}
    where ads_refusal is null

),

features as (

    select * from {{ ref('int_user_features') }}

),

lists as (

    select * from {{ ref('int_exported_lists') }}
    where placement = 'email_digest'

),

members as (

    select
        concat('segment_', segment) as audience,
        'include' as audience_use,
        user_id
    from features
    union all
    select
        concat('value_', value_tier) as audience,
        'include' as audience_use,
        user_id
    from features
    where value_tier in ('vip', 'high_value')
    union all
    -- an ad for what somebody has just bought costs money and nerves
    select
        'recent_buyers' as audience,
        'exclude' as audience_use,
        user_id
    from features
    where days_since_last_order <= {{ var('repurchase_window_days') }}

),

current_rows as (

    select
        concat(members.audience, ':', {{ sha256_hex('consenting.email') }}) as export_key,
        members.audience,
        members.audience_use,
        {{ sha256_hex('consenting.email') }} as email_sha256,
        {{ sha256_hex('consenting.google_email') }} as google_email_sha256,
        case when members.audience_use = 'include' then coalesce(lists.advertised_items, '[]') else '[]' end as items
    from members
    inner join consenting
        on members.user_id = consenting.user_id
    left join lists
        on members.user_id = lists.user_id

),

{{ export_rows('ad_audiences', ['audience', 'audience_use', 'email_sha256', 'google_email_sha256', 'items']) }}
