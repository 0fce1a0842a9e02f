{{ config(materialized='view') }}

with mailed as (

    select
        message_id,
        user_id,
        happened_at
    from {{ ref('int_email_outcomes') }}
    where outcome = 'mailed'

),

queued as (

    select
        message_id,
        user_id,
        trigger_type,
        min(as_of) as queued_at,
        max(as_of) as last_queued_at
    from {{ ref('stg_queued_messages') }}
    group by message_id, user_id, trigger_type

),

-- whatever is told of a message says that it went out: an open alone, or a sent whose time nobody can read, set aside
-- or not
told_of as (

    select distinct message_id
    from {{ ref('checked_email_events') }}
    where message_id is not null

),

answers as (

    select
        queued.*,
        mailed.happened_at,
        coalesce(mailed.message_id, told_of.message_id) is not null as is_known
    from queued
    left join mailed
        on queued.message_id = mailed.message_id
    left join told_of
        on queued.message_id = told_of.message_id

),

-- of these the sender's own log knows that they will not leave; what waits there may have left since it was written
given_up as (

    select message_id
    from {{ ref('stg_send_log') }}
    where state in ('dropped', 'expired', 'failed')

),

-- an ESP may know messages by ids of its own: the first that it sent to the user after one was queued may have been
-- that one, and what it sent later is something else
sent_under_other_ids as (

    select mailed.*
    from mailed
    left join queued
        on mailed.message_id = queued.message_id
    where queued.message_id is null

)

select
    message_id,
    user_id,
    cast(null as {{ dbt.type_string() }}) as trigger_type,
    happened_at as mailed_at
from mailed
union all
select
    message_id,
    user_id,
    trigger_type,
    coalesce(happened_at, last_queued_at) as mailed_at
from answers
where is_known
union all
select
    answers.message_id,
    answers.user_id,
    answers.trigger_type,
    min(others.happened_at) as mailed_at
from answers
inner join sent_under_other_ids as others
    on
        answers.user_id = others.user_id
        and answers.queued_at <= others.happened_at
left join given_up
    on answers.message_id = given_up.message_id
where
    not answers.is_known
    and given_up.message_id is null
group by answers.message_id, answers.user_id, answers.trigger_type
-- what the holdout withheld is over for it, as what was mailed is for others: else the two would differ in what is due
union all
select
    message_id,
    user_id,
    trigger_type,
    as_of as mailed_at
from {{ ref('stg_withheld_messages') }}
