-- Of what was shown in weeks from Monday on. Popularity, categories and what can be shown are those of now.
{% set popular_items = 10 %}  {#- most bought items of 30 days, which anybody would have expected to see -#}

with shown as (

    {% for context in ['items.context', "'TOTAL'"] %}
        select
            {{ context }} as context,
            items.list_id,
            items.item_id,
            items.is_clicked,
            cast({{ dbt.date_trunc('week', 'items.shown_at') }} as date) as week_start_date,
            availability.category,
            availability.unavailable_reason is null as can_be_shown
        from {{ ref('int_shown_items') }} as items
        inner join {{ ref('int_item_availability') }} as availability
            on items.item_id = availability.item_id
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

buyers as (

    select
        item_id,
        count(distinct user_id) as buyer_count
    from {{ ref('int_purchases') }}
    where user_id is not null
    group by item_id

),

totals as (

    select
        count(case when unavailable_reason is null then 1 end) as item_count,
        (select count(distinct purchases.user_id) from {{ ref('int_purchases') }} as purchases) as buyer_count
    from {{ ref('int_item_availability') }}

),

popular as (

    select item_id
    from {{ ref('int_item_popularity') }}
    where buyer_count_30d > 0
    qualify row_number() over (order by buyer_count_30d desc, item_id) <= {{ popular_items }}

),

-- pairs of one category, both ways, among all pairs: linear in the length of a list (Simpson's index)
categories as (

    select
        week_start_date,
        context,
        list_id,
        category,
        count(*) as item_count
    from shown
    group by week_start_date, context, list_id, category

),

lists as (

    select
        week_start_date,
        context,
        list_id,
        1 - cast(sum(item_count * (item_count - 1)) as double) / (sum(item_count) * (sum(item_count) - 1)) as diversity
    from categories
    group by week_start_date, context, list_id
    having sum(item_count) > 1

),

diversities as (

    select
        week_start_date,
        context,
        count(*) as list_count,
        avg(diversity) as diversity
    from lists
    group by week_start_date, context

),

sums as (

    select
        shown.week_start_date,
        shown.context,
        count(*) as impression_count,
        count(distinct shown.item_id) as shown_item_count,
        count(distinct case when not shown.can_be_shown then shown.item_id end) as gone_item_count,
        count(case when shown.is_clicked and popular.item_id is null then 1 end) as unexpected_click_count,
        avg(-log2(cast(greatest(coalesce(buyers.buyer_count, 0), 1) as double) / nullif(totals.buyer_count, 0)))
            as novelty,
        max(totals.item_count) as available_item_count
    from shown
    cross join totals
    left join buyers
        on shown.item_id = buyers.item_id
    left join popular
        on shown.item_id = popular.item_id
    group by shown.week_start_date, shown.context

)

select
    sums.week_start_date,
    sums.context,
    sums.impression_count,
    sums.shown_item_count,
    sums.available_item_count + sums.gone_item_count as catalog_item_count,
    {{ rate('sums.shown_item_count', 'sums.available_item_count + sums.gone_item_count') }} as coverage,
    round(sums.novelty, 6) as novelty,
    {{ rate('sums.unexpected_click_count', 'sums.impression_count') }} as serendipity,
    round(diversities.diversity, 6) as diversity,
    sums.unexpected_click_count,
    coalesce(diversities.list_count, 0) as list_count
from sums
left join diversities
    on
        sums.week_start_date = diversities.week_start_date
        and sums.context = diversities.context
