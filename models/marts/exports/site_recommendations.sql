{# per context: as many as a page shows #}
{% set items_beside_an_item = 8 %}

with of_users as (

    select lists.*
    from {{ ref('int_exported_lists') }} as lists
    inner join {{ ref('placements') }} as placements
        on lists.placement = placements.placement
    where placements.channel = 'site'

),

-- ids alone: names and prices of what stands beside an item are the page's own, or the catalogue feed's
of_items as (

    select
        item_id,
        cast(
            to_json(array_sort(array_agg({{ ordered_struct(['context', 'position', 'recommended_item_id']) }})))
            as {{ dbt.type_string() }}
        ) as items,
        count(*) as item_count
    from (
        select
            item_id,
            context,
            rank as position,
            recommended_item_id
        from {{ ref('item_recommendations') }}
        where rank <= {{ items_beside_an_item }}
    ) as beside
    group by item_id

),

for_everybody as (

    select
        cast(to_json(array_sort(array_agg({{ ordered_struct([
            'position', 'item_id', 'item_name', 'price', 'list_price', 'currency', 'item_url', 'image_url', 'strategy',
            'reason_type', 'reason_text'
        ]) }}))) as {{ dbt.type_string() }}) as items,
        count(*) as item_count
    from {{ ref('int_list_for_everybody') }}
    having count(*) > 0

),

current_rows as (

    select
        md5(concat('user:', user_id, ':', placement)) as export_key,
        'user' as subject_type,
        user_id as subject_id,
        placement,
        items,
        item_count,
        {{ dbt.cast(var('send_marts_age_hours_max') * 3600, dbt.type_int()) }} as ttl_seconds
    from of_users
    union all
    select
        concat('item:', item_id) as export_key,
        'item' as subject_type,
        item_id as subject_id,
        'item_page' as placement,
        items,
        cast(item_count as {{ dbt.type_int() }}) as item_count,
        {{ dbt.cast(var('send_marts_age_hours_max') * 3600, dbt.type_int()) }} as ttl_seconds
    from of_items
    union all
    select
        'everybody' as export_key,
        'everybody' as subject_type,
        '' as subject_id,
        'home' as placement,
        items,
        cast(item_count as {{ dbt.type_int() }}) as item_count,
        {{ dbt.cast(var('send_marts_age_hours_max') * 3600, dbt.type_int()) }} as ttl_seconds
    from for_everybody

),

{% set columns = ['subject_type', 'subject_id', 'placement', 'items', 'item_count', 'ttl_seconds'] %}
{{ export_rows('site_recommendations', columns) }}
