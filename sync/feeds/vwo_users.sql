-- What VWO's SDKs read from a user storage service, which then keep each user's variation: by names.
select
    user_id as "userId",
    coalesce(experiment_id, experiment) as "campaignKey",
    coalesce(variation_id, arm) as "variationName",
    cast(null as varchar) as left_out
from feed_assignments
order by user_id, "campaignKey"
