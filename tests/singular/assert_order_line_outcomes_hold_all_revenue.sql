-- From source to mart nothing is lost: the lines are the staged ones, and revenue is that of the purchases.
with outcomes as (

    select
        count(*) as line_count,
        sum(net_amount) as net_amount
    from {{ ref('order_line_outcomes') }}

),

lines as (

    select count(*) as line_count
    from {{ ref('stg_order_lines') }}

),

purchases as (

    select coalesce(sum(net_amount), 0) as net_amount
    from {{ ref('int_purchases') }}

)

select outcomes.line_count
from outcomes
cross join lines
cross join purchases
where outcomes.line_count <> lines.line_count or outcomes.net_amount <> purchases.net_amount
