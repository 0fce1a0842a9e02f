{{ config(materialized='view') }}
-- Whoever has several accounts with one address is drawn once, by the first of them: what one gets the others read.
with users as (

    select
        user_id,
        min(user_id) over (partition by coalesce({{ address_key('email') }}, user_id)) as drawn_user_id
    from {{ ref('stg_users') }}

)

select
    'holdout' as holdout,
    cast(null as {{ dbt.type_string() }}) as trigger_type,
    users.user_id,
    as_of.as_of
from users
cross join {{ ref('stg_as_of') }} as as_of
where {{ is_held_out('users.drawn_user_id', 'as_of.as_of', var('holdout_share')) }}
{% for trigger, share in var('trigger_holdout_shares').items() %}
    union all
    select
        'trigger_holdout' as holdout,
        {{ literal(trigger) }} as trigger_type,
        users.user_id,
        as_of.as_of
    from users
    cross join {{ ref('stg_as_of') }} as as_of
    where {{ is_held_out('users.drawn_user_id', 'as_of.as_of', share, trigger) }}
{% endfor %}
