-- Cliques: around each item, sets of its nearest `pairs_max` pairs of which each two are pairs as well: cost grows with
-- its cube. Of each size the set with the best-supported weakest pair stays: an item starts three bundles at most.
{% set pairs_max = 5 %}
with pairs as (

    select * from {{ ref('int_bundle_pairs') }}

),

-- a pair counts from either side, whichever list it is on
known_pairs as (

    select
        least(item_id, neighbour_item_id) as item_id,
        greatest(item_id, neighbour_item_id) as neighbour_item_id,
        max(pair_count) as pair_count
    from pairs
    group by 1, 2

),

twos as (

    select
        item_id,
        neighbour_item_id as second_item_id,
        cast(null as {{ dbt.type_string() }}) as third_item_id,
        cast(null as {{ dbt.type_string() }}) as fourth_item_id,
        pair_count as weakest_pair_count
    from pairs
    where pair_rank <= {{ pairs_max }}

),

threes as (

    select
        twos.item_id,
        twos.second_item_id,
        others.second_item_id as third_item_id,
        twos.fourth_item_id,
        least(twos.weakest_pair_count, others.weakest_pair_count, known_pairs.pair_count) as weakest_pair_count
    from twos
    inner join twos as others
        on
            twos.item_id = others.item_id
            and twos.second_item_id < others.second_item_id
    inner join known_pairs
        on
            twos.second_item_id = known_pairs.item_id
            and others.second_item_id = known_pairs.neighbour_item_id

),

-- three threes of an item make a four
fours as (

    select
        threes.item_id,
        threes.second_item_id,
        threes.third_item_id,
        others.third_item_id as fourth_item_id,
        least(threes.weakest_pair_count, others.weakest_pair_count, last_ones.weakest_pair_count) as weakest_pair_count
    from threes
    inner join threes as others
        on
            threes.item_id = others.item_id
            and threes.second_item_id = others.second_item_id
    inner join threes as last_ones
        on
            threes.item_id = last_ones.item_id
            and threes.third_item_id = last_ones.second_item_id
            and others.third_item_id = last_ones.third_item_id

),

-- the same set found from two items is one bundle: its ids in order, which leave out what is null
sets as (

    {% for item_count, relation in [(2, 'twos'), (3, 'threes'), (4, 'fours')] %}
        select
            *,
            {{ item_count }} as item_count,
            case
                when item_id < second_item_id
                    then concat_ws('|', item_id, second_item_id, third_item_id, fourth_item_id)
                when item_id < third_item_id
                    then concat_ws('|', second_item_id, item_id, third_item_id, fourth_item_id)
                when item_id < fourth_item_id
                    then concat_ws('|', second_item_id, third_item_id, item_id, fourth_item_id)
                else concat_ws('|', second_item_id, third_item_id, fourth_item_id, item_id)
            end as bundle_items
        from {{ relation }} {{ 'union all' if not loop.last }}
    {% endfor %}

),

best as (

    select * from sets
    qualify row_number() over (partition by item_id, item_count order by weakest_pair_count desc, bundle_items) = 1

),

bundles as (

    select * from best
    qualify row_number() over (partition by bundle_items order by item_id) = 1

)

{% for column in ['item_id', 'second_item_id', 'third_item_id', 'fourth_item_id'] %}
    select
        md5(bundle_items) as bundle_id,
        {{ column }} as item_id,
        item_count,
        weakest_pair_count
    from bundles
    where {{ column }} is not null {{ 'union all' if not loop.last }}
{% endfor %}
