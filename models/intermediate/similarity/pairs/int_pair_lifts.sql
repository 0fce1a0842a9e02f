{{ config(materialized='view') }}

with support as (

    select * from {{ ref('int_item_support') }}

)

select
    {{ context_name('similarities.context_key') }} as context,
    similarities.item_key,
    similarities.neighbour_key,
    similarities.pair_count,
    round({{ similarity_score(
        'lift', 'similarities.pair_count',
        'support.profile_count', 'neighbour_support.profile_count', 'support.total_count'
    ) }}, 9) as lift
from {{ ref('int_item_similarities') }} as similarities
inner join support
    on
        similarities.context_key = support.context_key
        and similarities.item_key = support.item_key
inner join support as neighbour_support
    on
        similarities.context_key = neighbour_support.context_key
        and similarities.neighbour_key = neighbour_support.item_key
