-- The waterfall adds up: as many decisions as users, and one message for each that is to be sent.
with counted as (

    select coalesce(sum(user_count), 0) as user_count
    from {{ ref('decision_waterfall') }}

),

all_users as (

    select count(*) as user_count
    from {{ ref('stg_users') }}

)

select 'a user without a decision' as problem
from {{ ref('stg_users') }} as users
left join {{ ref('send_decisions') }} as decisions
    on users.user_id = decisions.user_id
where decisions.user_id is null

union all

select 'a decision to send without a message' as problem
from {{ ref('send_decisions') }} as decisions
left join {{ ref('email_queue') }} as queue
    on decisions.user_id = queue.user_id
where decisions.decision = 'send' and queue.user_id is null

union all

select 'a waterfall that does not add up to all users' as problem
from counted
cross join all_users
where counted.user_count <> all_users.user_count
