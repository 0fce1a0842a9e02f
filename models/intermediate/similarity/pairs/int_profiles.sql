-- A profile is the set of items that one basket or one user puts together. Its newest items count, up to a cap,
-- since pairs grow with its square; its pairs weigh 1 / (its items), so that a buyer of everything says little.
with purchases as (

    select * from {{ ref('int_purchases') }}

),

user_items as (

    select * from {{ ref('int_user_items') }}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

memberships as (

    select
        {{ context_key('bought_together') }} as context_key,
        order_keys.order_key as owner_key,
        item_keys.item_key,
        max(purchases.ordered_at) as last_at
    from purchases
    inner join {{ ref('int_order_keys') }} as order_keys
        on purchases.order_id = order_keys.order_id
    inner join item_keys
        on purchases.item_id = item_keys.item_id
    group by order_keys.order_key, item_keys.item_key
    union all
    select
        {{ context_key('also_bought') }} as context_key,
        user_key as owner_key,
        item_key,
        last_purchased_at as last_at
    from user_items
    where last_purchased_at is not null
    union all
    select
        {{ context_key('also_viewed') }} as context_key,
        user_key as owner_key,
        item_key,
        last_viewed_at as last_at
    from user_items
    where last_viewed_at is not null

),

numbered as (

    select
        memberships.context_key,
        memberships.item_key,
        item_keys.item_number,
        memberships.last_at,
        cast(8 * memberships.owner_key + memberships.context_key as {{ dbt.type_int() }}) as profile_key
    from memberships
    inner join item_keys
        on memberships.item_key = item_keys.item_key

),

capped as (

    select
        context_key,
        profile_key,
        item_key,
        row_number() over (
            partition by profile_key
            order by last_at desc, item_number
        ) as item_rank
    from numbered
    qualify item_rank <= {{ var('profile_items_max') }}

)

select
    context_key,
    profile_key,
    item_key,
    cast(item_rank as {{ dbt.type_int() }}) as item_rank,
    -- whole ten-billionths, summed exactly
    cast(
        {% if var('profile_weighting') == 'inverse_items' %}
            round(1e10 / count(*) over (partition by profile_key))
        {% elif var('profile_weighting') == 'equal' %}
            1e10
        {% else %}
            {{ exceptions.raise_compiler_error(
                "recmail: var profile_weighting is '" ~ var('profile_weighting') ~ "', not inverse_items or equal"
            ) }}
        {% endif %}
        as bigint
    ) as profile_weight
from capped
order by item_key, profile_key
