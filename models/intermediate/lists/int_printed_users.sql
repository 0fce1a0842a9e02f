-- Whose rows a round of selector realtime writes in the lists' marts, which keep those of others: who is touched, and
-- of whom the marts, as the run before left them, say something else than the lists do now.
-- depends_on: {{ ref('int_user_keys') }} {{ ref('int_placement_lists') }} {{ ref('int_placement_users') }}
-- depends_on: {{ ref('int_printed_items') }}
{% set marts, keeps_rows = [], is_touched_round() and not builds_the_whole_shop() %}
{% for mart in ['user_recommendations', 'placement_recommendations'] if keeps_rows %}
    {% set relation = relation_of(mart) %}
    {% if adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
        {% do marts.append((relation, "'email_digest'" if mart == 'user_recommendations' else 'placement')) %}
    {% endif %}
{% endfor %}
{# an item's name as evidence and what the user did with it are matters of stamps #}
{% set of_list = [
    'user_id', 'item_id', 'block', 'strategy', 'score', 'purchase_probability', 'propensity', 'evidence_item_id',
    'evidence_count'
] %}
{% set of_item = ['item_name', 'price', 'list_price', 'currency', 'image_url', 'item_url', 'badge_type'] %}

with touched as (

    select distinct
        user_key,
        user_id
    from {{ ref('int_touched_users') }}

)

{% if marts %},

    printed as (

        {% for relation, placement in marts %}
            select
                {{ (of_list + of_item) | join(', ') }},
                position,
                rating_average,
                rating_count,
                {{ placement }} as placement,
                experiment,
                arm,
                as_of
            from {{ relation }}
            {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    -- equal values have equal hashes where they have the marts' types
    listed as (

        select
            lists.{{ of_list | join(', lists.') }},
            items.{{ of_item | join(', items.') }},
            cast(lists.position as integer) as position,
            cast(items.rating_average as double) as rating_average,
            cast(items.rating_count as {{ dbt.type_bigint() }}) as rating_count,
            lists.placement,
            users.experiment,
            users.arm,
            lists.listed_at
        from {{ ref('int_placement_lists') }} as lists
        inner join {{ ref('int_placement_users') }} as users
            on
                lists.placement = users.placement
                and lists.user_key = users.user_key
        inner join {{ ref('int_printed_items') }} as items
            on lists.item_id = items.item_id

    ),

    printed_hashes as (

        select
            user_id,
            {{ hash_of_rows('printed') }} as rows_hash
        from printed
        group by user_id

    ),

    listed_hashes as (

        select
            user_id,
            {{ hash_of_rows('listed') }} as rows_hash
        from listed
        group by user_id

    )

    select
        user_keys.user_key,
        user_keys.user_id
    from {{ ref('int_user_keys') }} as user_keys
    left join touched
        on user_keys.user_key = touched.user_key
    left join printed_hashes
        on user_keys.user_id = printed_hashes.user_id
    left join listed_hashes
        on user_keys.user_id = listed_hashes.user_id
    where
        touched.user_key is not null
        or coalesce(printed_hashes.rows_hash, 0) <> coalesce(listed_hashes.rows_hash, 0)

{% else %}

    select * from touched

{% endif %}
