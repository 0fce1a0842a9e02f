-- The factor of a block is the largest weight of the play's strategies that proposed the item, 1 when none did, times
-- `playbook_price_band_factor` when the item is of the play's price band. Where diversity is switched off no play
-- steers. A view: int_diverse_candidates is all that reads it.
{% set is_steered = var('minimum_distinct_categories') > 1 %}
{{ config(materialized='view') }}

with user_plays as (

    select
        user_id,
        max(case when block = 'primary' then play end) as primary_play,
        max(case when block = 'secondary' then play end) as secondary_play
    from {{ ref('int_user_playbook') }}
    group by user_id

),

weighted as (

    select
        scored.user_id,
        scored.item_id,
        {% for block in ['primary', 'secondary'] %}
            {{ play_weight('scored.proposed_by', block ~ '_play') }} as {{ block }}_weight,
            case
                when items.price_band = {{ block }}_play.price_band then {{ var('playbook_price_band_factor') }}
                else 1
            end as {{ block }}_price_factor,
        {% endfor %}
        items.price_band,
        scored.score
    from {{ ref('int_servable_candidates') }} as scored
    inner join {{ ref('int_content_items') }} as items
        on scored.item_id = items.item_id
    left join user_plays
        on scored.user_id = user_plays.user_id
    {% for block in ['primary', 'secondary'] %}
        left join {{ ref('int_play_weights') }} as {{ block }}_play
            on
                user_plays.{{ block }}_play = {{ block }}_play.play
                and {{ block }}_play.block = '{{ block }}'
    {% endfor %}

)

select
    user_id,
    item_id,
    price_band,
    {% for block in ['primary', 'secondary'] %}
        {% set factor = '(coalesce(' ~ block ~ '_weight, 1) * ' ~ block ~ '_price_factor)' if is_steered else '1' %}
        round(score * {{ boost('score', factor) }}, 12) as {{ block }}_score,
        {{ block }}_weight is not null as is_of_{{ block }}_play,
    {% endfor %}
    score
from weighted
