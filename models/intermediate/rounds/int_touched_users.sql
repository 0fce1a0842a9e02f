-- What is compared is what lists were last made from: of who had no list yet, or whose list was not finished, nothing.
-- A build of the whole shop makes old lists anew, too; a round of selector realtime has to be quick, and leaves them.
{{ config(post_hook='{{ recmail.forget_stamps() }}') }}
{% set known_users, known_items, items = ref('stg_user_stamps'), ref('stg_item_stamps'), ref('int_item_stamps') %}
{% set as_of = ref('stg_as_of') %}
{% set is_old = is_old_list('stamps.user_key', 'max(lists.listed_at)', 'as_of.as_of') %}

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
    lists as (

        select * from {{ relation_of('int_placement_lists') }}

    ),

    shown as (

        select
            user_key,
            item_id
        from lists
        union all
        select
            user_key,
            evidence_item_id as item_id
        from lists
        where evidence_item_id is not null

    ),

    shop as (

        select 1 as is_changed
        from {{ known_items }} as known
        inner join {{ items }} as items
            on known.item_id = items.item_id
        where known.shop_hash <> items.shop_hash
        limit 1

    ),

    {% if builds_the_whole_shop() %}

        old as (

            select stamps.user_key
            from stamps
            cross join {{ as_of }} as as_of
            left join lists
                on stamps.user_key = lists.user_key
            group by stamps.user_key, as_of.as_of
            having {{ is_old }}

        ),

    {% endif %}

    touched as (

        {% for reason in ['profile', 'events', 'lists', 'due'] %}
            select
                stamps.user_key,
                '{{ reason }}' as reason
            from stamps
            inner join known
                on stamps.user_key = known.user_key
            where
                stamps.{{ reason }}_hash <> known.{{ reason }}_hash
                -- what asks for nothing any more needs no list
                {% if reason == 'due' %}
                    and stamps.due_hash <> '0'
                {% endif %}
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
        union all
        select
            stamps.user_key,
            'shop' as reason
        from stamps
        cross join shop
        {% if builds_the_whole_shop() %}
            union all
            select
                old.user_key,
                'old_list' as reason
            from old
        {% endif %}

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
