-- weight = ln(1 + interaction weight without decay) × idf / length of the user's vector, so that a dot product of two
-- users is their cosine. Squares are summed as decimals: the order of rows changes no digit.
{#
    item_users_share, item_users_few   share of users above which an item says nothing of who is alike, and how many
                                       users say something in a shop of any size
    taste_items_max                    items that tell a user's taste, weightiest first
    item_users_max                     users compared for sharing an item, its keenest first: cost grows with its square
#}
{% set item_users_share, item_users_few, taste_items_max, item_users_max = 0.1, 20, 50, 500 %}

with interactions as (

    select
        user_key,
        item_key,
        undecayed_weight
    from {{ ref('int_user_items') }}
    where undecayed_weight > 0

),

user_total as (

    select count(distinct user_key) as user_count from interactions

),

-- an item of one user joins nobody, an item of everybody tells nothing
telling_items as (

    select
        interactions.item_key,
        item_keys.item_number,
        ln(cast(max(user_total.user_count) as double) / count(*)) as idf
    from interactions
    inner join {{ ref('int_item_keys') }} as item_keys
        on interactions.item_key = item_keys.item_key
    cross join user_total
    group by interactions.item_key, item_keys.item_number
    having
        count(*) >= 2
        and count(*) <= greatest({{ item_users_few }}, {{ item_users_share }} * max(user_total.user_count))

),

tastes as (

    select
        interactions.user_key,
        interactions.item_key,
        round(ln(1 + interactions.undecayed_weight) * telling_items.idf, 9) as raw_weight
    from interactions
    inner join telling_items
        on interactions.item_key = telling_items.item_key
    where telling_items.idf > 0
    qualify row_number() over (
        partition by interactions.user_key
        order by raw_weight desc, telling_items.item_number
    ) <= {{ taste_items_max }}

),

lengths as (

    select
        user_key,
        sqrt(cast(sum(cast(raw_weight * raw_weight as decimal(18, 9))) as double)) as vector_length
    from tastes
    group by user_key

)

select
    tastes.user_key,
    tastes.item_key,
    round(tastes.raw_weight / lengths.vector_length, 9) as weight
from tastes
inner join lengths
    on tastes.user_key = lengths.user_key
inner join {{ ref('int_user_keys') }} as user_keys
    on tastes.user_key = user_keys.user_key
qualify row_number() over (
    partition by tastes.item_key
    order by weight desc, user_keys.user_number
) <= {{ item_users_max }}
