-- Whose rows a round of selector realtime writes in the lists' marts, which keep those of others: who is touched, who
-- has left a placement by time alone, and who is shown something of which other things are printed now.
-- depends_on: {{ ref('int_placement_users') }} {{ ref('stg_items') }} {{ ref('int_item_price_drops') }}
-- depends_on: {{ ref('int_user_keys') }}
{% set marts, keeps_rows = [], is_touched_round() and not builds_the_whole_shop() %}
{% for mart in ['user_recommendations', 'placement_recommendations'] if keeps_rows %}
    {% set relation = relation_of(mart) %}
    {% if adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
        {% do marts.append((relation, "'email_digest'" if mart == 'user_recommendations' else 'placement')) %}
    {% endif %}
{% endfor %}
{% set columns = ['item_name', 'price', 'list_price', 'currency', 'image_url', 'item_url'] %}

with touched as (

    select distinct
        user_key,
        user_id
    from {{ ref('int_touched_users') }}

)

{% if marts %},

    -- the rows of the run before: this one's are made after this model
    printed as (

        {% for relation, placement in marts %}
            select
                user_id,
                item_id,
                {{ placement }} as placement,
                experiment,
                arm,
                {% for column in columns %}
                    {{ column }},
                {% endfor %}
                rating_average,
                rating_count,
                coalesce(badge_type, '') = 'price_drop' as is_price_drop
            from {{ relation }}
            {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    -- an item's name as evidence is a matter of its stamp
    outdated as (

        select distinct printed.user_id
        from printed
        left join {{ ref('int_placement_users') }} as lists
            on
                printed.placement = lists.placement
                and printed.user_id = lists.user_id
        left join {{ ref('stg_items') }} as items
            on printed.item_id = items.item_id
        left join {{ ref('int_item_price_drops') }} as price_drops
            on printed.item_id = price_drops.item_id
        where
            lists.user_id is null
            or printed.experiment is distinct from lists.experiment
            or printed.arm is distinct from lists.arm
            {% for column in columns %}
                or printed.{{ column }} is distinct from items.{{ column }}
            {% endfor %}
            or printed.rating_average is distinct from case when items.rating_count > 0 then items.rating_average end
            or printed.rating_count is distinct from
            case when items.rating_count > 0 and items.rating_average is not null then items.rating_count end
            or printed.is_price_drop <> (price_drops.item_id is not null)

    )

    select
        user_keys.user_key,
        user_keys.user_id
    from {{ ref('int_user_keys') }} as user_keys
    left join touched
        on user_keys.user_key = touched.user_key
    left join outdated
        on user_keys.user_id = outdated.user_id
    where coalesce(touched.user_id, outdated.user_id) is not null

{% else %}

    select * from touched

{% endif %}
