-- Whoever orders anything, whatever becomes of the order, has decided about the rest of the cart and of what was
-- looked at.
with occasions as (

    {% for trigger_type in trigger_types() %}
        select
            '{{ trigger_type }}' as trigger_type,
            occasions.*
        from {{ ref('int_trigger_' ~ trigger_type) }} as occasions
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

due as (

    select
        occasions.*,
        triggers.priority,
        triggers.placement,
        triggers.cool_down_days,
        {{ dbt.dateadd('hour', 'triggers.delay_hours', 'occasions.happened_at') }} as due_at,
        coalesce(
            occasions.trigger_type in ({{ literals(reminder_types()) }})
            and last_orders.last_ordered_at >= occasions.happened_at,
            false
        ) as is_ordered_since
    from occasions
    inner join {{ ref('triggers') }} as triggers
        on occasions.trigger_type = triggers.trigger_type
    cross join {{ ref('stg_as_of') }} as as_of
    left join {{ ref('int_last_orders') }} as last_orders
        on occasions.user_id = last_orders.user_id
    where
        triggers.is_on
        and {{ dbt.dateadd('hour', 'triggers.delay_hours', 'occasions.happened_at') }} <= as_of.as_of
        and as_of.as_of
        < {{ dbt.dateadd('hour', 'triggers.delay_hours + triggers.window_hours', 'occasions.happened_at') }}

)

select
    user_id,
    trigger_type,
    occasion,
    {{ message_id() }} as message_id,
    happened_at,
    due_at,
    item_id,
    priority,
    placement,
    cool_down_days,
    is_ordered_since
from due
qualify row_number() over (partition by user_id, trigger_type order by happened_at desc, occasion) = 1
