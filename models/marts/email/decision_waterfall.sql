with decisions as (

    select * from {{ ref('send_decisions') }}

)

select
    decision,
    reason,
    trigger_type,
    cast(count(*) as bigint) as user_count,
    max(as_of) as as_of
from decisions
group by decision, reason, trigger_type
