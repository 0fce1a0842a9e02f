-- Yesterday's segments can't be had from today's inputs: what earlier runs saw stands in state, where this run's
-- changes are appended when it has succeeded.
with schemes as (

    select * from {{ ref('int_user_schemes') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

earlier as (

    select * from {{ ref('stg_user_segments') }}

),

latest as (

    select * from earlier
    qualify row_number() over (partition by user_id, scheme order by as_of desc) = 1

),

changes as (

    select
        schemes.user_id,
        schemes.scheme,
        schemes.segment,
        as_of.as_of
    from schemes
    cross join as_of
    left join latest
        on
            schemes.user_id = latest.user_id
            and schemes.scheme = latest.scheme
    where
        latest.segment is null
        or schemes.segment <> latest.segment

)

select
    user_id,
    scheme,
    segment,
    as_of
from earlier
union all
select
    user_id,
    scheme,
    segment,
    as_of
from changes
