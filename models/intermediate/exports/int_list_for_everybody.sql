-- What sells best now, of what may be shown to anybody. It says of itself what a new user's best sellers say, and is as
-- long as a page may ask for, so that neither words nor length of an answer tell who is a customer.
{% set items_for_everybody = 50 %}

with popularity as (

    select * from {{ ref('int_item_popularity') }}

),

available as (

    select * from {{ ref('int_item_availability') }}
    where
        unavailable_reason is null
        and not is_for_reorders

),

-- prices of one list are of one currency
sold_currency as (

    select
        currency,
        count(*) as item_count
    from {{ ref('stg_items') }}
    group by currency
    qualify row_number() over (order by item_count desc, currency) = 1

),

best_sellers as (

    select
        items.item_id,
        items.item_name,
        items.category,
        items.currency,
        cast(items.price as double) as price,
        cast(coalesce(items.list_price, items.price) as double) as list_price,
        coalesce({{ url_that_fits('items.item_url') }}, '') as item_url,
        coalesce({{ url_that_fits('items.image_url') }}, '') as image_url,
        coalesce(popularity.buyer_count_30d, 0) as evidence_count,
        row_number() over (
            order by
                coalesce(popularity.buyer_count_30d, 0) desc,
                coalesce(popularity.decayed_purchase_count, 0) desc,
                items.item_id
        ) as position
    from {{ ref('stg_items') }} as items
    inner join sold_currency
        on items.currency = sold_currency.currency
    inner join available
        on items.item_id = available.item_id
    left join popularity
        on items.item_id = popularity.item_id

),

-- as marts word the lists of users
lines as (

    select
        *,
        'best_sellers' as strategy,
        case when evidence_count > 0 then 'popular' else 'suggestion' end as reason_type,
        'en' as language,
        ',' as group_mark,
        4 as grouped_from_digits,
        cast(null as {{ dbt.type_string() }}) as evidence_item_name,
        cast(null as {{ dbt.type_string() }}) as badge_type,
        cast(null as {{ dbt.type_int() }}) as saved_percent
    from best_sellers
    where position <= {{ items_for_everybody }}

),

worded as (

    {{ with_item_texts('lines') }}

)

select
    position,
    item_id,
    item_name,
    price,
    list_price,
    currency,
    item_url,
    image_url,
    strategy,
    reason_type,
    coalesce(reason_text, '') as reason_text
from worded
