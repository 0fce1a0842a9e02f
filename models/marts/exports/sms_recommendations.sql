{% set slots = ['item_1_id', 'item_1_name', 'item_1_url', 'item_2_id', 'item_2_name', 'item_2_url'] %}

with consenting as (

    select
        consents.user_id,
        consents.phone,
        users.first_name,
        users.timezone,
        users.locale
    from {{ ref('int_channel_consents') }} as consents
    inner join {{ ref('stg_users') }} as users
        on consents.user_id = users.user_id
    where consents.sms_refusal is null

),

lists as (

    select lists.*
    from {{ ref('int_exported_lists') }} as lists
    inner join {{ ref('placements') }} as placements
        on lists.placement = placements.placement
    where placements.channel = 'sms'

),

current_rows as (

    select
        md5(concat('user:', consenting.user_id, ':', lists.placement)) as export_key,
        consenting.user_id,
        consenting.phone,
        lists.placement,
        coalesce(consenting.first_name, '') as first_name,
        coalesce(consenting.timezone, '') as timezone,
        coalesce(consenting.locale, '') as locale,
        {% for slot in slots %}
            coalesce(lists.{{ slot }}, '') as {{ slot }},
        {% endfor %}
        lists.items,
        lists.item_count
    from consenting
    inner join lists
        on consenting.user_id = lists.user_id

),

{{ export_rows(
    'sms_recommendations',
    ['user_id', 'phone', 'placement', 'first_name', 'timezone', 'locale'] + slots + ['items', 'item_count']
) }}
