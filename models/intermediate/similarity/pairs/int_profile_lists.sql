select
    profile_key,
    array_sort(array_agg(item_key)) as item_keys
from {{ ref('int_profiles') }}
group by profile_key
