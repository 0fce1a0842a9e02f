-- What is compared is what lists were last made from: of who had no list yet, or whose list was not finished, nothing.
{{ config(post_hook='{{ recmail.forget_stamps() }}') }}
{% set known_users, known_items, items = ref('stg_user_stamps'), ref('stg_item_stamps'), ref('int_item_stamps') %}

with stamps as (

    select * from {{ ref('int_user_stamps') }}

),

{% if is_touched_round() %}

    known as (

        select * from {{ known_users }}

    ),

    changed_items as (

        select known.item_id
        from {{ known_items }} as known
        left join {{ items }} as items
            on known.item_id = items.item_id
        where coalesce(items.item_hash, '') <> known.item_hash

    ),

    -- the lists of the run before: this one's are made after this model
    shown as (

        select
            user_key,
            item_id
        from {{ relation_of('int_placement_lists') }}
        union all
        select
            user_key,
            evidence_item_id as item_id
        from {{ relation_of('int_placement_lists') }}
        where evidence_item_id is not null

    ),

    touched as (

        {% for reason in ['profile', 'events', 'lists', 'due'] %}
            select
                stamps.user_key,
                '{{ reason }}' as reason
            from stamps
            inner join known
                on stamps.user_key = known.user_key
            where stamps.{{ reason }}_hash <> known.{{ reason }}_hash
            union all
        {% endfor %}
        select
            stamps.user_key,
            'no_list' as reason
        from stamps
        left join known
            on stamps.user_key = known.user_key
        where known.user_key is null
        union all
        select
            shown.user_key,
            'shown_item' as reason
        from shown
        inner join changed_items
            on shown.item_id = changed_items.item_id
        group by shown.user_key

    )

{% else %}

    touched as (

        select
            stamps.user_key,
            'full_build' as reason
        from stamps

    )

{% endif %}

select
    user_keys.user_id,
    touched.user_key,
    touched.reason
from touched
inner join {{ ref('int_user_keys') }} as user_keys
    on touched.user_key = user_keys.user_key
