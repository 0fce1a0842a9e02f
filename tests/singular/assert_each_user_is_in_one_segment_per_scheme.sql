-- Who is in no segment of a scheme, or in two, gets the wrong email, or two: all six schemes hold each user once.
with schemes as (

    select
        user_id,
        count(*) as row_count,
        count(distinct scheme) as scheme_count
    from {{ ref('int_user_schemes') }}
    where segment is not null
    group by user_id

)

select users.user_id
from {{ ref('stg_users') }} as users
left join schemes
    on users.user_id = schemes.user_id
where
    coalesce(schemes.row_count, 0) <> 6
    or schemes.scheme_count <> 6
