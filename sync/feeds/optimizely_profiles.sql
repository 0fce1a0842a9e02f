-- User profiles, as a User Profile Service hands them to Optimizely's SDKs, which then keep each user's variation.
select
    user_id,
    map_from_entries(
        list({'key': experiment_id, 'value': {'variation_id': variation_id}} order by experiment_id)
    ) as experiment_bucket_map,
    cast(null as varchar) as left_out
from feed_assignments
group by user_id
order by user_id
