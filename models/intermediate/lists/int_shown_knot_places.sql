-- The places of candidates are in no table; of what the digest shows they are made once more, to explain it.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with shown as (

    select * from {{ ref('int_placement_lists') }}
    where
        placement = 'email_digest'
        and {{ is_in_part('user_key') }}

),

shown_candidates as (

    select candidates.*
    from {{ ref('int_candidates') }} as candidates
    inner join shown
        on
            candidates.user_key = shown.user_key
            and candidates.item_key = shown.item_key
    where candidates.{{ is_in_part('user_key') }}

),

features as (

    {{ candidate_features('shown_candidates') }}

)

select
    shown.user_key,
    shown.user_id,
    shown.item_id,
    shown.position,
    {% for feature in ranking_features() %}
        {{ knot_place(feature) }} as {{ feature.name }},
    {% endfor %}
    features.times_bought
from features
inner join shown
    on
        features.user_key = shown.user_key
        and features.item_key = shown.item_key
where features.{{ is_in_part('user_key') }}
