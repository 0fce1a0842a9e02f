{#-
    A query: of each item of the catalogue the lift, observed over foretold, shrunk to its category's and that to 1
    (shrunk_lifts), with its error. `relation` has item_id, observed, foretold and variance of the items that were counted;
    what is foretold comes to as much as was observed. The less the item's own say, the more counts how sure its category's
    lift is.
-#}
{% macro nested_lifts(relation, largest_spread=0.5) -%}
    with totals as (

        select coalesce(cast(sum(observed) as double) / nullif(cast(sum(foretold) as double), 0), 1) as calibration
        from {{ relation }}

    ),

    items as (

        select
            items.item_id,
            items.category,
            coalesce({{ relation }}.observed, 0) as observed,
            cast(round(coalesce({{ relation }}.foretold, 0) * totals.calibration, 9) as decimal(18, 9)) as foretold,
            cast(round(coalesce({{ relation }}.variance, 0) * totals.calibration, 9) as decimal(18, 9)) as variance
        from {{ ref('stg_items') }} as items
        cross join totals
        left join {{ relation }}
            on items.item_id = {{ relation }}.item_id

    ),

    categories as (

        select
            category,
            cast(sum(observed) as double) as observed,
            cast(sum(foretold) as double) as foretold,
            cast(sum(variance) as double) as variance
        from items
        group by category

    ),

    category_lifts as (

        {{ shrunk_lifts('categories', ['category'], largest_spread) }}

    ),

    beside_category as (

        select
            items.item_id,
            items.category,
            items.foretold as foretold_count,
            category_lifts.lift as category_lift,
            category_lifts.lift_error as category_error,
            cast(items.observed as double) as observed,
            category_lifts.lift * items.foretold as foretold,
            category_lifts.lift * items.variance as variance
        from items
        inner join category_lifts
            on items.category = category_lifts.category

    ),

    item_lifts as (

        {{ shrunk_lifts(
            'beside_category', ['item_id', 'category', 'foretold_count', 'category_lift', 'category_error'], largest_spread
        ) }}

    )

    select
        item_id,
        category,
        foretold_count,
        category_lift,
        category_lift * lift as lift,
        sqrt(power(category_lift * lift_error, 2) + power(category_error * (1 - learned_share), 2)) as lift_error
    from item_lifts
{%- endmacro %}
