-- Signed up and ordered nothing yet, whatever became of it. Who came with an import signed up with so many others that
-- day that it can't be true: they are no new customers.
{% set import_users_min, import_factor, usual_days = 100, 10, 28 %}  {#- more than so many, and times the usual day -#}
with sign_ups as (

    select
        user_id,
        signed_up_at,
        cast(signed_up_at as date) as signed_up_date
    from {{ ref('stg_users') }}
    where signed_up_at is not null

),

days as (

    select
        signed_up_date,
        count(*) as user_count
    from sign_ups
    group by signed_up_date

),

imports as (

    select days.signed_up_date
    from days
    left join days as days_before
        on
            days.signed_up_date > days_before.signed_up_date
            and days.signed_up_date <= {{ dbt.dateadd('day', usual_days, 'days_before.signed_up_date') }}
    where days.user_count > {{ import_users_min }}
    group by days.signed_up_date, days.user_count
    having days.user_count * {{ usual_days }} > {{ import_factor }} * coalesce(sum(days_before.user_count), 0)

)

select
    sign_ups.user_id,
    'sign-up' as occasion,
    sign_ups.signed_up_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from sign_ups
left join {{ ref('int_last_orders') }} as last_orders
    on sign_ups.user_id = last_orders.user_id
left join imports
    on sign_ups.signed_up_date = imports.signed_up_date
where
    last_orders.user_id is null
    and imports.signed_up_date is null
