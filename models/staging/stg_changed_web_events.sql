-- A visitor's events are judged together (bursts), and those of one id (duplicates). Where other visitors have an event
-- of such an id all events are judged again.
{{ config(materialized='table') }}
-- depends_on: {{ gated_input('users') }}

with came_in as (

    select
        input_rows.*,
        {{ hash_of_row(row_as_struct('input_rows')) }} as row_hash
    from {{ gated_input('web_events') }} as input_rows

)

{% if is_round_of_news() %},

    checked as (

        select
            row_hash,
            event_id,
            user_id,
            anonymous_id
        from {{ relation_of('checked_web_events') }}

    ),

    counted as (

        select
            row_hash,
            1 as copy_count
        from came_in
        union all
        select
            row_hash,
            -1 as copy_count
        from checked

    ),

    changed_hashes as (

        select row_hash
        from counted
        group by row_hash
        having sum(copy_count) <> 0

    ),

    changed as (

        select
            row_hash,
            {{ clean_text('event_id') }} as event_id,
            {{ zero_as_none('user_id', 'users', 'user_id') }} as user_id,
            {{ clean_text('anonymous_id') }} as anonymous_id
        from came_in
        where row_hash in (select changed_hashes.row_hash from changed_hashes)
        union all
        select * from checked
        where row_hash in (select changed_hashes.row_hash from changed_hashes)

    ),

    visitors as (

        select coalesce(anonymous_id, user_id, '') as visitor_id
        from changed
        union
        select coalesce(anonymous_id, user_id, '') as visitor_id
        from checked
        where event_id in (select changed.event_id from changed)

    ),

    to_judge as (

        select * from changed
        union
        select * from checked
        where coalesce(anonymous_id, user_id, '') in (select visitors.visitor_id from visitors)

    ),

    shared as (

        select 1 as is_shared
        from checked
        where
            event_id in (select to_judge.event_id from to_judge)
            and coalesce(anonymous_id, user_id, '') not in (select visitors.visitor_id from visitors)
        limit 1

    )

    select
        row_hash,
        user_id,
        anonymous_id
    from to_judge
    where (select count(*) from shared) = 0
    group by row_hash, user_id, anonymous_id

{% else %}

    select
        row_hash,
        cast(user_id as {{ dbt.type_string() }}) as user_id,
        cast(anonymous_id as {{ dbt.type_string() }}) as anonymous_id
    from came_in
    where false

{% endif %}
