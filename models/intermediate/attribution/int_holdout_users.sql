-- All that they order in the window counts, whatever they opened.
{% set models = ['last_touch', 'first_touch', 'linear', 'position_based'] %}
{% set window_end = dbt.dateadd('day', var('holdout_window_days'), 'firsts.first_at') %}

with firsts as (

    select * from {{ ref('int_holdout_firsts') }}

),

revenues as (

    select
        firsts.user_id,
        firsts.trigger_type,
        firsts.holdout,
        cast(sum(purchases.net_amount) as decimal(18, 4)) as revenue_amount
    from firsts
    inner join {{ ref('int_purchases') }} as purchases
        on firsts.user_id = purchases.user_id
    where
        purchases.ordered_at >= firsts.first_at
        and purchases.ordered_at < {{ window_end }}
    group by firsts.user_id, firsts.trigger_type, firsts.holdout

),

claims as (

    select
        {% for model in models %}
            cast(sum(orders.{{ model }}_amount) as decimal(18, 4)) as {{ model }}_amount,
        {% endfor %}
        firsts.user_id,
        firsts.trigger_type,
        firsts.holdout
    from firsts
    inner join {{ ref('int_attributed_orders') }} as orders
        on
            firsts.user_id = orders.user_id
            and (firsts.trigger_type = 'all' or firsts.trigger_type = orders.trigger_type)
    where
        orders.ordered_at >= firsts.first_at
        and orders.ordered_at < {{ window_end }}
    group by firsts.user_id, firsts.trigger_type, firsts.holdout

),

mailed_after_all as (

    select distinct
        firsts.user_id,
        firsts.trigger_type,
        firsts.holdout
    from firsts
    inner join {{ ref('int_mailed_messages') }} as messages
        on
            firsts.user_id = messages.user_id
            and (firsts.trigger_type = 'all' or firsts.trigger_type = messages.trigger_type)
    where
        firsts.arm = 'withheld'
        and messages.sent_at >= firsts.first_at
        and messages.sent_at < {{ window_end }}

)

select
    firsts.user_id,
    firsts.trigger_type,
    firsts.holdout,
    firsts.arm,
    firsts.first_at,
    coalesce(revenues.revenue_amount, 0) as revenue_amount,
    {% for model in models %}
        coalesce(claims.{{ model }}_amount, 0) as {{ model }}_amount,
    {% endfor %}
    mailed_after_all.user_id is not null as is_contaminated
from firsts
{% for found in ['revenues', 'claims', 'mailed_after_all'] %}
    left join {{ found }}
        on
            firsts.user_id = {{ found }}.user_id
            and firsts.trigger_type = {{ found }}.trigger_type
            and firsts.holdout = {{ found }}.holdout
{% endfor %}
