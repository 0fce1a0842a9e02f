-- Users dataset. What tells who somebody is (name, address, city, phone) is not among it.
select
    people.user_id as "USER_ID",
    users.country_code as "COUNTRY",
    translate(users.loyalty_tier, '|', ' ') as "LOYALTY_TIER",
    user_values.lifecycle_stage as "LIFECYCLE_STAGE",
    user_values.value_tier as "VALUE_TIER",
    user_values.price_band as "PRICE_BAND",
    cast(null as varchar) as left_out
from people
inner join stg_users as users
    on people.user_id = users.user_id
left join user_value as user_values
    on people.user_id = user_values.user_id
order by people.user_id
