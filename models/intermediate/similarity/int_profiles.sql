-- A profile is the set of items that one basket or one user puts together. Its newest items count, up to a cap,
-- since pairs grow with its square; its pairs weigh 1 / (its items), so that a buyer of everything says little.
with purchases as (

    select * from {{ ref('int_purchases') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

memberships as (

    select
        {{ context_key('bought_together') }} as context_key,
        order_id as profile_id,
        item_id,
        max(ordered_at) as last_at
    from purchases
    group by order_id, item_id
    union all
    select
        {{ context_key('also_bought') }} as context_key,
        user_id as profile_id,
        item_id,
        last_purchased_at as last_at
    from interactions
    where purchase_count > 0
    union all
    select
        {{ context_key('also_viewed') }} as context_key,
        user_id as profile_id,
        item_id,
        last_viewed_at as last_at
    from interactions
    where view_count > 0

),

-- numbers instead of ids: pairs are what costs most, and they are counted on them
profile_keys as (

    select
        context_key,
        profile_id,
        cast(row_number() over (order by context_key, profile_id) as {{ dbt.type_int() }}) as profile_key
    from memberships
    group by context_key, profile_id

),

capped as (

    select
        memberships.context_key,
        profile_keys.profile_key,
        item_keys.item_key,
        row_number() over (
            partition by profile_keys.profile_key
            order by memberships.last_at desc, item_keys.item_key
        ) as item_rank
    from memberships
    inner join profile_keys
        on
            memberships.context_key = profile_keys.context_key
            and memberships.profile_id = profile_keys.profile_id
    inner join {{ ref('int_item_keys') }} as item_keys
        on memberships.item_id = item_keys.item_id
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
