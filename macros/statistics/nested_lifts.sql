{#-
    A query: of each item of `relation` (item_id, category, observed, foretold, variance) the lift, observed over foretold,
    shrunk to its category's and that to 1 (shrunk_lifts), with its error. The less the item's own say, the more counts how
    sure its category's lift is.
-#}
{% macro nested_lifts(relation, largest_spread=0.5) -%}
    with categories as (

        select
            category,
            cast(sum(observed) as double) as observed,
            cast(sum(foretold) as double) as foretold,
            cast(sum(variance) as double) as variance
        from {{ relation }}
        group by category

    ),

    category_lifts as (

        {{ shrunk_lifts('categories', ['category'], largest_spread) }}

    ),

    beside_category as (

        select
            {{ relation }}.item_id,
            category_lifts.lift as category_lift,
            category_lifts.lift_error as category_error,
            cast({{ relation }}.observed as double) as observed,
            category_lifts.lift * {{ relation }}.foretold as foretold,
            category_lifts.lift * {{ relation }}.variance as variance
        from {{ relation }}
        inner join category_lifts
            on {{ relation }}.category = category_lifts.category

    ),

    item_lifts as (

        {{ shrunk_lifts('beside_category', ['item_id', 'category_lift', 'category_error'], largest_spread) }}

    )

    select
        item_id,
        category_lift,
        category_lift * lift as lift,
        sqrt(power(category_lift * lift_error, 2) + power(category_error * (1 - learned_share), 2)) as lift_error
    from item_lifts
{%- endmacro %}
