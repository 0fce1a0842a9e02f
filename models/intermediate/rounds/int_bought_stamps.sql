-- Beside int_user_stamps, because a round to which no order came keeps it: most of a shop's rows are lines of orders.
with bought as (

    select
        user_id,
        {{ hash_of_rows('bought_lines') }} as bought_hash
    from {{ ref('int_bought_lines') }} as bought_lines  -- noqa: AL05
    where user_id is not null
    group by user_id

),

-- a variant may have become another family's, so that the user bought something else
families as (

    select
        user_id,
        order_line_id,
        item_id
    from {{ ref('int_purchases') }}
    where user_id is not null

),

kept as (

    select
        user_id,
        {{ hash_of_rows('families') }} as families_hash
    from families
    group by user_id

)

select
    bought.user_id,
    bought.bought_hash,
    kept.families_hash
from bought
left join kept
    on bought.user_id = kept.user_id
