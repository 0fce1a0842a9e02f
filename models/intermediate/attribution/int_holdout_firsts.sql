-- From the first email on, or the first that was withheld: until then nothing but a draw tells the two apart. Who is
-- held out may have been mailed before, and from elsewhere: what counts begins with the holdout's first day.
with messages as (

    select * from {{ ref('int_mailed_messages') }}

),

withheld as (

    select
        user_id,
        trigger_type,
        reason as holdout,
        as_of as happened_at
    from {{ ref('stg_withheld_messages') }}
    union all
    select
        user_id,
        coalesce(trigger_type, 'unknown') as trigger_type,
        reason as holdout,
        coalesce(send_at, queued_at, handed_over_at) as happened_at
    from {{ ref('stg_send_log') }}
    where
        state = 'dropped'
        and reason in ('holdout', 'trigger_holdout')

),

-- all emails against none, each trigger against none, and each trigger against whatever else its holdout is sent
comparisons as (

    {% for trigger, holdout in [
        ("'all'", 'holdout'), ('trigger_type', 'holdout'), ('trigger_type', 'trigger_holdout')
    ] %}
        select
            user_id,
            {{ trigger }} as trigger_type,
            '{{ holdout }}' as holdout,
            'mailed' as arm,
            sent_at as happened_at
        from messages
        union all
        select
            user_id,
            {{ trigger }} as trigger_type,
            holdout,
            'withheld' as arm,
            happened_at
        from withheld
        where holdout = '{{ holdout }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

in_time as (

    select
        comparisons.*,
        max(case when comparisons.arm = 'withheld' then 1 else 0 end) over (
            partition by comparisons.user_id, comparisons.trigger_type, comparisons.holdout
        ) as is_held_out,
        min(case when comparisons.arm = 'withheld' then comparisons.happened_at end) over (
            partition by comparisons.trigger_type, comparisons.holdout
        ) as held_out_since
    from comparisons
    cross join {{ ref('stg_as_of') }} as as_of
    where comparisons.happened_at > {{ dbt.dateadd('day', -1 * var('holdout_analysis_days'), 'as_of.as_of') }}

)

select
    in_time.user_id,
    in_time.trigger_type,
    in_time.holdout,
    in_time.arm,
    in_time.happened_at as first_at
from in_time
cross join {{ ref('stg_as_of') }} as as_of
where
    in_time.arm = 'withheld'
    or (
        in_time.is_held_out = 0
        and coalesce({{ dbt.date_trunc('day', 'in_time.held_out_since') }} <= in_time.happened_at, true)
    )
qualify
    row_number() over (
        partition by in_time.user_id, in_time.trigger_type, in_time.holdout
        order by in_time.happened_at
    ) = 1
    -- the window is over
    and in_time.happened_at <= {{ dbt.dateadd('day', -1 * var('holdout_window_days'), 'as_of.as_of') }}
