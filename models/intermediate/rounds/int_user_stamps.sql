-- Hashes of what lists are made from, as far as it doesn't change by itself with time: weights that decay change for
-- everybody in every run, and are no reason to make a list again.
{% set sources = {
    'events': ['int_web_interactions', 'int_email_events', 'int_mailed_items'],
    'lists': ['int_user_playbook', 'int_user_category_factors']
} %}

-- of who may be mailed: until then an occasion waits, and whoever wants no mail has none
with due as (

    select
        due_triggers.user_id,
        due_triggers.message_id,
        due_triggers.placement,
        due_triggers.item_id,
        due_triggers.is_ordered_since
    from {{ ref('int_due_triggers') }} as due_triggers
    inner join {{ ref('int_mailable_users') }} as mailable
        on due_triggers.user_id = mailable.user_id

),

seasons as (

    select
        users.user_id,
        calendars.season_names
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_local_calendars') }} as calendars
        on
            users.country_code is not distinct from calendars.country_code
            and users.timezone is not distinct from calendars.timezone

),

-- of the segments beside the playbook's those alone that an item rule is for: quintiles move a few users each day
schemes as (

    select
        schemes.user_id,
        schemes.scheme,
        schemes.segment
    from {{ ref('int_user_schemes') }} as schemes
    where schemes.scheme in (select rules.scheme from {{ ref('int_item_rules') }} as rules)

),

arms as (

    select
        user_id,
        experiment,
        arm
    from {{ ref('int_experiment_users') }}

),

exclusions as (

    -- not as int_user_exclusions has them, whose target_key is another after each new item
    select
        user_id,
        kind,
        value
    from {{ ref('stg_user_exclusions') }}

),

followed as (

    select
        user_keys.user_id,
        followed.placement,
        followed.item_key
    from {{ ref('int_followed_items') }} as followed
    inner join {{ ref('int_user_keys') }} as user_keys
        on followed.user_key = user_keys.user_key

),

parts as (

    {% for kind, models in sources.items() %}
        {% for name in models %}
            select
                user_id,
                '{{ kind }}' as kind,
                {{ hash_of_rows(name ~ '_rows') }} as row_hash
            from {{ ref(name) }} as {{ name }}_rows
            where user_id is not null
            group by user_id
            union all
        {% endfor %}
    {% endfor %}
    {% for name in ['seasons', 'schemes', 'arms', 'exclusions', 'followed'] %}
        select
            user_id,
            'lists' as kind,
            {{ hash_of_rows(name) }} as row_hash
        from {{ name }}
        group by user_id
        union all
    {% endfor %}
    {% for kind, hash in [('events', 'bought_hash'), ('lists', 'families_hash')] %}
        select
            user_id,
            '{{ kind }}' as kind,
            {{ hash }} as row_hash
        from {{ ref('int_bought_stamps') }}
        union all
    {% endfor %}
    select
        user_id,
        'due' as kind,
        {{ hash_of_rows('due') }} as row_hash
    from due
    group by user_id
    union all
    select
        user_id,
        'profile' as kind,
        {{ hash_of_rows('user_rows') }} as row_hash
    from {{ ref('stg_users') }} as user_rows  -- noqa: AL05
    group by user_id

)

select
    {% for kind in ['profile', 'events', 'lists', 'due'] %}
        cast(coalesce(sum(case when parts.kind = '{{ kind }}' then parts.row_hash end), 0) as {{ dbt.type_string() }})
            as {{ kind }}_hash,
    {% endfor %}
    user_keys.user_key
from {{ ref('int_user_keys') }} as user_keys
left join parts
    on user_keys.user_id = parts.user_id
group by user_keys.user_key
