-- What a user's taste is compared with: cost grows with users, and no item brings more than so many comparisons to any.
-- Complete Journey has no item that tells and has as many users. Weights in billionths.
{% set item_users_max = 250 %}

with ranked as (

    select
        tastes.item_key,
        user_keys.user_number,
        cast(round(tastes.weight * 1000000000) as {{ dbt.type_int() }}) as weight,
        row_number() over (
            partition by tastes.item_key
            order by tastes.weight desc, user_keys.user_number
        ) as user_rank
    from {{ ref('int_user_tastes') }} as tastes
    inner join {{ ref('int_user_keys') }} as user_keys
        on tastes.user_key = user_keys.user_key

)

select
    item_key,
    array_sort(array_agg({{ ordered_struct(['user_number', 'weight']) }})) as users
from ranked
where user_rank <= {{ item_users_max }}
group by item_key
