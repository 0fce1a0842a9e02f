{#- What a relation of events (columns as int_purchase_events) adds up to: a row per user, item, type of event and day. -#}
{% macro daily_interactions(events) -%}
{#- seconds on an item's page that earn the whole bonus, for longer may be a forgotten tab; the bonus, in views -#}
{% set dwell_full_seconds, dwell_bonus = 60, 1.0 %}
with weighted as (

    select
        events.user_id,
        events.item_id,
        events.event_type,
        events.is_gift,
        events.occurred_at,
        case when events.is_gift then 0 else event_weights.weight end
        * (1 + {{ dwell_bonus }} * least(
            coalesce(events.dwell_seconds, 0) / {{ dwell_full_seconds }}, 1
        )) as weight,
        {{ decay(
            age_at_day_end('events.occurred_at'),
            'coalesce(event_weights.half_life_days, ' ~ var('half_life_days') ~ ')'
        ) }} as decay
    from {{ events }} as events
    inner join {{ ref('event_weights') }} as event_weights
        on events.event_type = event_weights.event_type
    where {{ is_news('events.user_id') }}

)

select
    user_id,
    item_id,
    event_type,
    -- decimals, summed exactly: the order of rows can't change a digit
    cast(sum(cast(weight * decay as decimal(18, 9))) as decimal(18, 9)) as day_end_weight,
    cast(sum(cast(weight as decimal(18, 6))) as decimal(18, 6)) as undecayed_weight,
    cast(count(*) as {{ dbt.type_int() }}) as event_count,
    cast(count(*) filter (where is_gift) as {{ dbt.type_int() }}) as gift_count,
    cast(occurred_at as date) as event_date,
    min(occurred_at) as first_at,
    max(occurred_at) as last_at
from weighted
group by user_id, item_id, event_type, cast(occurred_at as date)
{%- endmacro %}
