{#-
    CTEs up to `sums`, over a CTE of rows of int_experiment_units: for each metric of macro experiment_metrics, and
    by the columns of `keys` (SQL after `group by` is `grouping`), how many users there are and the sums, squares and
    products of numerator x, denominator y and covariate p, from which every mean, variance and covariance follows. In
    decimals, so that no order of rows changes them. Revenue above a share of the experiment's buyers (var
    `experiment_revenue_quantile`, by nearest rank) counts as that much: one wholesale order must not decide.
-#}
{% macro experiment_sums(units, keys, grouping) -%}
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

sums as (

    select
        {{ keys | join(',\n        ') }},
        metric,
        count(*) as user_count,
        cast(sum(conversions) as bigint) as conversion_count,
        {% for product in ['x', 'y', 'p', 'x * x', 'y * y', 'p * p', 'x * y', 'x * p', 'y * p'] %}
        cast(sum({{ product }}) as double) as sum_{{ product.replace(' * ', '') }}{{ ',' if not loop.last }}
        {% endfor %}
    from measures
    group by {{ grouping }}

)
{%- endmacro %}
