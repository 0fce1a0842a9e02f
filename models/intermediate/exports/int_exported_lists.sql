-- Every export reads its items here, so that all channels show one ranking. Names, pages and prices are those of the
-- user's market, and all prices of a list are of one currency, as in an email (int_message_listings). JSON holds no
-- null, because some destinations take it for an order to forget. In ranges of users, whose texts fit into memory; by
-- their number, not their key: all rows are of this run.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_number', 'range_size': 8192}
) }}
{% set fields = ['position', 'item_id', 'item_name', 'price', 'list_price', 'currency', 'item_url', 'image_url'] %}
{% set fields = fields + ['strategy', 'reason_type', 'reason_text'] %}

with lists as (
    {% for mart, placement in {'user': "'email_digest'", 'placement': 'placement'}.items() %}
        select
            {{ placement }} as placement,
            user_id,
            {{ fields | join(', ') }}
        from {{ ref(mart ~ '_recommendations') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

users as (

    select
        users.user_id,
        user_keys.user_number,
        lower(users.locale) as locale,
        -- an email goes to any of the accounts of an address, a profile to one
        coalesce(consents.email_refusal, 'another_account_stands_for_it') = 'another_account_stands_for_it'
        or consents.ads_refusal is null as is_mailed_or_advertised_to,
        consents.sms_refusal is null as is_texted
    from {{ ref('stg_users') }} as users
    inner join {{ ref('int_user_keys') }} as user_keys
        on users.user_id = user_keys.user_id
    inner join {{ ref('int_channel_consents') }} as consents
        on users.user_id = consents.user_id
    where user_keys.{{ is_in_part('user_number') }}

),

of_markets as (

    select
        lists.user_id,
        users.user_number,
        lists.placement,
        lists.position,
        lists.item_id,
        coalesce(markets.item_name, lists.item_name) as item_name,
        cast(coalesce(markets.price, lists.price) as double) as price,
        cast(case
            when markets.price is null then coalesce(lists.list_price, lists.price)
            else coalesce(markets.list_price, markets.price)
        end as double) as list_price,
        case when markets.price is null then lists.currency else coalesce(markets.currency, lists.currency) end
            as currency,
        coalesce({{ url_that_fits('coalesce(markets.item_url, lists.item_url)') }}, '') as item_url,
        coalesce({{ url_that_fits('lists.image_url') }}, '') as image_url,
        lists.strategy,
        lists.reason_type,
        coalesce(lists.reason_text, '') as reason_text,
        labels.is_nameable
    from lists
    inner join users
        on lists.user_id = users.user_id
    inner join {{ ref('placements') }} as placements
        on lists.placement = placements.placement
    inner join {{ ref('int_item_labels') }} as labels
        on lists.item_id = labels.item_id
    left join {{ ref('int_item_markets') }} as markets
        on
            lists.item_id = markets.item_id
            and users.locale = markets.locale
    where
        case placements.channel
            when 'email' then users.is_mailed_or_advertised_to
            when 'sms' then users.is_texted
            else true
        end

),

currencies as (

    select
        of_markets.user_id,
        of_markets.placement,
        of_markets.currency,
        max(case when of_markets.currency = ordered.currency then 1 else 0 end) as is_ordered,
        count(*) as item_count,
        min(of_markets.position) as first_position
    from of_markets
    left join {{ ref('int_ordered_currencies') }} as ordered
        on of_markets.user_id = ordered.user_id
    group by of_markets.user_id, of_markets.placement, of_markets.currency
    qualify row_number() over (
        partition by of_markets.user_id, of_markets.placement
        order by is_ordered desc, item_count desc, first_position
    ) = 1

),

-- positions are those of the list, so that what is told of them finds it
of_one_currency as (

    select of_markets.*
    from of_markets
    inner join currencies
        on
            of_markets.user_id = currencies.user_id
            and of_markets.placement = currencies.placement
            and of_markets.currency = currencies.currency
    qualify
        row_number() over (partition by of_markets.user_id, of_markets.placement order by of_markets.position)
        <= {{ constants()['exported_items_max'] }}

),

in_order as (

    select
        user_id,
        user_number,
        placement,
        array_sort(array_agg({{ ordered_struct(fields) }})) as items,
        case
            when bool_or(is_nameable)
                then array_sort(array_agg({{ ordered_struct(['position', 'item_id']) }}) filter (where is_nameable))
        end as advertised_items,
        cast(count(*) as {{ dbt.type_int() }}) as item_count
    from of_one_currency
    group by user_id, user_number, placement

)

select
    user_id,
    user_number,
    placement,
    cast(to_json(items) as {{ dbt.type_string() }}) as items,
    cast(to_json(advertised_items) as {{ dbt.type_string() }}) as advertised_items,
    {% for slot in range(1, 5) %}
        {% for field in ['item_id', 'item_name', 'item_url', 'image_url', 'price'] %}
            case when item_count >= {{ slot }} then {{ list_item('items', slot) }}.{{ field }} end
                as item_{{ slot }}_{{ field.removeprefix('item_') }},
        {% endfor %}
    {% endfor %}
    item_count
from in_order
