-- What the hour of an email is worth. Users draw their arm by a hash, so that nothing else tells arms apart; each email
-- has the same time to be answered, over before the day of the run begins: an evening's have no hours less than a
-- morning's. Users are independent, emails of one user are not: errors are those of a ratio over users (delta method).
{% set days_to_answer = constants().days_to_answer %}
{% set in_time = '< ' ~ dbt.dateadd('day', days_to_answer, 'messages.sent_at') %}

with messages as (

    select
        messages.message_id,
        messages.user_id,
        messages.sent_at,
        {{ send_time_arm('messages.user_id') }} as send_time_arm,
        coalesce(messages.opened_at, messages.clicked_at) as opened_at,
        messages.clicked_at
    from {{ ref('int_mailed_messages') }} as messages
    inner join {{ ref('triggers') }} as triggers
        on messages.trigger_type = triggers.trigger_type
    cross join {{ ref('stg_as_of') }} as as_of
    where
        messages.is_delivered
        and triggers.waits_for_best_hour
        and messages.sent_at
        < {{ dbt.dateadd('day', -1 * days_to_answer, dbt.date_trunc('day', 'as_of.as_of')) }}

),

-- any order counts, read or not: what an email is claimed to have caused depends on its being opened
answered as (

    select
        messages.user_id,
        messages.send_time_arm,
        max(case when messages.opened_at {{ in_time }} then 1 else 0 end) as open_count,
        max(case when messages.clicked_at {{ in_time }} then 1 else 0 end) as click_count,
        max(case when purchases.ordered_at {{ in_time }} then 1 else 0 end) as order_count
    from messages
    left join {{ ref('int_purchases') }} as purchases
        on
            messages.user_id = purchases.user_id
            and messages.sent_at <= purchases.ordered_at
    group by messages.message_id, messages.user_id, messages.send_time_arm

),

per_user as (

    {% for answer in ['open', 'click', 'order'] %}
        select
            '{{ answer }}_rate' as metric,
            send_time_arm,
            user_id,
            cast(sum({{ answer }}_count) as double) as x,
            cast(count(*) as double) as y
        from answered
        group by send_time_arm, user_id
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

sums as (

    select
        metric,
        send_time_arm,
        count(*) as user_count,
        sum(x) as sum_x,
        sum(y) as sum_y,
        sum(x * x) as sum_xx,
        sum(x * y) as sum_xy,
        sum(y * y) as sum_yy
    from per_user
    group by metric, send_time_arm

),

arms as (

    select
        metric,
        send_time_arm,
        user_count,
        sum_x as answer_count,
        sum_y as message_count,
        sum_x / sum_y as answer_rate,
        {{ ratio_variance('sums') }} as rate_variance
    from sums

),

compared as (

    select
        arms.*,
        arms.answer_rate - control.answer_rate as difference,
        -- never below 0 but for rounding, and null of one reader, which greatest() would pass over
        1.959964 * sqrt(abs(arms.rate_variance + control.rate_variance)) as margin
    from arms
    left join arms as control
        on
            arms.metric = control.metric
            and arms.send_time_arm <> control.send_time_arm
            and control.send_time_arm = 'control'

)

select
    compared.metric,
    compared.send_time_arm,
    compared.user_count,
    cast(compared.message_count as {{ dbt.type_bigint() }}) as message_count,
    cast(compared.answer_count as {{ dbt.type_bigint() }}) as answer_count,
    compared.answer_rate,
    compared.difference,
    compared.difference - compared.margin as difference_low,
    compared.difference + compared.margin as difference_high,
    as_of.as_of
from compared
cross join {{ ref('stg_as_of') }} as as_of
