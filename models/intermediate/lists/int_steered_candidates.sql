-- The factor of a block is what the play's strategies that proposed the item make of it (macro play_factor), times
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
            {{ play_factor('scored.proposed_by', block ~ '_play') }} as {{ block }}_factor,
            case
                when contents.price_band = {{ block }}_play.price_band then {{ var('playbook_price_band_factor') }}
                else 1
            end as {{ block }}_price_factor,
        {% endfor %}
        items.category,
        contents.price_band,
        scored.score
    from {{ ref('int_servable_candidates') }} as scored
    inner join {{ ref('stg_items') }} as items
        on scored.item_id = items.item_id
    inner join {{ ref('int_content_items') }} as contents
        on scored.item_id = contents.item_id
    left join user_plays
        on scored.user_id = user_plays.user_id
    {% for block in ['primary', 'secondary'] %}
        left join {{ ref('int_play_weights') }} as {{ block }}_play
            on
                user_plays.{{ block }}_play = {{ block }}_play.play
                and {{ block }}_play.block = '{{ block }}'
    {% endfor %}

),

steered as (

    select
        user_id,
        item_id,
        category,
        price_band,
        {% for block in ['primary', 'secondary'] %}
            {% set factor = '(' ~ block ~ '_factor * ' ~ block ~ '_price_factor)' if is_steered else '1' %}
            round(score * {{ boost('score', factor) }}, 12) as {{ block }}_score,
        {% endfor %}
        score
    from weighted

),

ranked as (

    select
        *,
        row_number() over (
            partition by user_id, category
            order by primary_score desc, item_id
        ) as category_item_rank
    from steered

)

select
    user_id,
    item_id,
    category,
    price_band,
    score,
    primary_score,
    secondary_score,
    -- what would fill the first block counts by what its play makes of it, all else by what the other's does
    case
        when row_number() over (
            partition by user_id
            order by
                round(primary_score * {{ category_factor('category_item_rank') }}, 9) desc,
                primary_score desc,
                item_id
        ) <= {{ var('email_items_primary') }} then primary_score
        else secondary_score
    end as best_score
from ranked
