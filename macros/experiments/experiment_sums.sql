{#-
    CTEs up to `sums`, over a CTE of rows of int_experiment_units: for each metric of macro experiment_metrics, and
    by the columns of `keys` (and once with 'all' as the one called `total`), how many users there are and the sums, squares and
    products of numerator x, denominator y and covariate p, from which every mean, variance and covariance follows. In
    decimals, so that no order of rows changes them. Revenue above a share of the experiment's buyers (var
    `experiment_revenue_quantile`, by nearest rank) counts as that much: one wholesale order must not decide.
-#}
{% macro experiment_sums(units, keys, total=none) -%}
{%- set products = {
    'x': ['x'], 'y': ['y'], 'p': ['p'], 'xx': ['x', 'x'], 'yy': ['y', 'y'], 'pp': ['p', 'p'], 'xy': ['x', 'y'], 'xp': ['x', 'p'], 'yp': ['y', 'p']
} -%}
{%- set parts = {'x': 'numerator', 'y': 'denominator', 'p': 'covariate'} -%}
buyers as (

    select
        experiment,
        revenue_amount,
        row_number() over (partition by experiment order by revenue_amount)
        <= ceil({{ var('experiment_revenue_quantile') }} * count(*) over (partition by experiment)) as is_within
    from {{ ref('int_experiment_units') }}
    where revenue_amount > 0

),

revenue_limits as (

    select
        experiment,
        max(revenue_amount) as revenue_limit
    from buyers
    where is_within
    group by experiment

),

measures as (

    {% for metric in experiment_metrics() %}
    select
        {{ units }}.*,
        '{{ metric.name }}' as metric,
        {% for column, part in parts.items() %}
        cast(
            {%- if metric[part].startswith('revenue') %}
            least({{ units }}.{{ metric[part] }}, coalesce(revenue_limits.revenue_limit, {{ units }}.{{ metric[part] }}))
            {%- else %} {{ metric[part] }}{% endif %} as decimal(18, 4)
        ) as {{ column }},
        {% endfor %}
        {{ metric.conversions }} as conversions
    from {{ units }}
    left join revenue_limits
        on {{ units }}.experiment = revenue_limits.experiment
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

exact_sums as (

    select
        {{ keys | join(',\n        ') }},
        metric,
        count(*) as user_count,
        sum(conversions) as conversion_count,
        {% for name, product in products.items() %}
        sum({{ 'cast(' ~ product | join(' as decimal(38, 4)) * cast(') ~ ' as decimal(38, 4))' if product | length > 1 else product[0] }})
            as sum_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from measures
    group by {{ keys | join(', ') }}, metric
    {% if total %}
    union all
    select
        {% for key in keys %}
        {{ "'all' as " ~ key if key == total else key }},
        {% endfor %}
        metric,
        count(*) as user_count,
        sum(conversions) as conversion_count,
        {% for name, product in products.items() %}
        sum({{ 'cast(' ~ product | join(' as decimal(38, 4)) * cast(') ~ ' as decimal(38, 4))' if product | length > 1 else product[0] }})
            as sum_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from measures
    group by {{ keys | reject('equalto', total) | join(', ') }}, metric
    {% endif %}

),

sums as (

    select
        {{ keys | join(',\n        ') }},
        metric,
        user_count,
        cast(conversion_count as bigint) as conversion_count,
        {% for name in products %}
        cast(sum_{{ name }} as double) as sum_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from exact_sums

)
{%- endmacro %}
