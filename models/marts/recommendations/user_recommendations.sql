with ranked as (

    select * from {{ ref('int_ranked_candidates') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

)

select
    ranked.user_id,
    ranked.item_id,
    cast(ranked.position as integer) as position,
    case when ranked.position <= {{ var('email_items_primary') }} then 'primary' else 'secondary' end as block,
    ranked.strategy,
    cast(ranked.score as double) as score,
    cast(ranked.score as double) as purchase_probability,
    -- nothing is explored yet: each item stood here with certainty
    cast(1 as double) as propensity,
    case
        when ranked.strategy = 'best_sellers' and ranked.evidence_count = 0 then null
        when ranked.strategy = 'best_sellers' then 'popular'
        when ranked.strategy = 'buy_again' then 'buy_again'
        else 'because_you_bought'
    end as reason_type,
    case
        when ranked.strategy = 'best_sellers' and ranked.evidence_count = 0 then null
        when ranked.strategy = 'best_sellers' and ranked.evidence_count = 1
            then 'Bought by 1 customer in the last 30 days'
        when ranked.strategy = 'best_sellers'
            then 'Bought by ' || cast(ranked.evidence_count as {{ dbt.type_string() }})
                || ' customers in the last 30 days'
        when ranked.strategy = 'buy_again'
            then 'You bought this ' || cast(ranked.evidence_count as {{ dbt.type_string() }}) || ' times'
        else 'Because you bought ' || evidence_items.item_name
    end as reason_text,
    ranked.evidence_item_id,
    ranked.evidence_count,
    cast(null as {{ dbt.type_string() }}) as experiment,
    cast(null as {{ dbt.type_string() }}) as arm,
    items.item_name,
    items.price,
    items.list_price,
    items.currency,
    items.image_url,
    items.item_url,
    case when items.list_price > items.price then 'price_drop' end as badge_type,
    case
        when items.list_price > items.price
            then 'Save ' || cast(cast(floor(100 - 100 * items.price / items.list_price) as {{ dbt.type_int() }}) as {{ dbt.type_string() }}) || '%'
    end as badge_text,
    as_of.as_of
from ranked
inner join items
    on ranked.item_id = items.item_id
left join items as evidence_items
    on ranked.evidence_item_id = evidence_items.item_id
cross join as_of
