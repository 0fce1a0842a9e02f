-- Every row of the inputs, also those set aside: of two rows with one user_id the other address is the user's as well.
-- What readers choose on the preferences page is their word, and the rows tell no time: it counts before them.
with user_rows as (

    select
        user_id,
        {{ address_key('email') }} as address_key,
        email_frequency
    from {{ ref('checked_users') }}
    where user_id is not null

),

frequencies as (

    select
        user_rows.user_id,
        coalesce(chosen.email_frequency, user_rows.email_frequency) as email_frequency
    from user_rows
    left join {{ ref('int_chosen_frequencies') }} as chosen
        on user_rows.user_id = chosen.user_id

),

user_gaps as (

    select
        user_id,
        max(case email_frequency when 'monthly' then 30 when 'weekly' then 7 else 1 end) as gap_days
    from frequencies
    group by user_id

)

select distinct
    user_rows.user_id,
    user_rows.address_key,
    user_gaps.gap_days
from user_rows
inner join user_gaps
    on user_rows.user_id = user_gaps.user_id
where user_rows.address_key is not null
