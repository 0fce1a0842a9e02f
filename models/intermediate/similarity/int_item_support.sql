select
    context,
    item_id,
    count(*) as profile_count,
    sum(profile_weight) as item_weight
from {{ ref('int_profiles') }}
group by context, item_id
