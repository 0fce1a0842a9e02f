-- What somebody should look at. Each check has its row in each run, so that a fine one and one that could not be judged are
-- told apart.
{% set settled_days = 2 %}  {#- after which most of an email's clicks are in -#}
{% set emails_min = 1000 %}  {#- delivered, below which a rate of rare things says nothing -#}
{% set complaint_rate_max = 0.001 %}  {#- asked of senders by Gmail and Yahoo: below 0.1 %, never 0.3 % -#}
{% set click_rate_fall, coverage_fall, recall_fall = 0.3, 0.2, 0.1 %}  {#- shares of what was before -#}
{% set z_min = 3 %}  {#- standard errors that a fall of the click rate must be wide -#}
{% set calibration_error_max, calibration_growth_max = 0.01, 2 %}

with as_of as (

    select
        as_of,
        cast(as_of as date) as as_of_date
    from {{ ref('stg_as_of') }}

),

emails as (

    select
        sum(case when age_days < 7 then clicked_count else 0 end) as clicks,
        sum(case when age_days < 7 then delivered_count else 0 end) as delivered,
        sum(case when age_days >= 7 then clicked_count else 0 end) as clicks_before,
        sum(case when age_days >= 7 then delivered_count else 0 end) as delivered_before,
        sum(complained_count) as complaints,
        sum(delivered_count) as delivered_in_all
    from (
        select
            daily.*,
            {{ days_between('daily.sent_date', 'as_of.as_of_date') }} - {{ settled_days }} as age_days
        from {{ ref('email_performance_daily') }} as daily
        cross join as_of
    ) as aged
    where age_days between 0 and 34

),

weeks as (

    select
        coverage.coverage,
        row_number() over (order by coverage.week_start_date desc) as weeks_ago
    from {{ ref('catalog_coverage_weekly') }} as coverage
    cross join as_of
    where
        coverage.context = 'TOTAL'
        and {{ days_between('coverage.week_start_date', 'as_of.as_of_date') }} >= 7

),

trainings as (

    select
        metric,
        metric_value,
        dense_rank() over (order by run_number desc) as runs_ago
    from {{ ref('stg_ranker_accuracy') }}
    where
        subject = 'recommendations'
        and model = 'challenger'
        and dimension = 'all'

),

checks as (

    select
        'click_rate_falls' as alert,
        cast(clicks as double) / nullif(delivered, 0) as metric_value,
        cast(clicks_before as double) / nullif(delivered_before, 0) as baseline_value,
        delivered >= {{ emails_min }} and delivered_before >= {{ emails_min }} as is_judged,
        cast(clicks as double) / nullif(delivered, 0)
        < {{ 1 - click_rate_fall }} * cast(clicks_before as double) / nullif(delivered_before, 0)
        and cast(clicks_before as double) / nullif(delivered_before, 0) - cast(clicks as double) / nullif(delivered, 0)
        > {{ z_min }} * sqrt(
            cast(clicks + clicks_before as double) / nullif(delivered + delivered_before, 0)
            * (1 - cast(clicks + clicks_before as double) / nullif(delivered + delivered_before, 0))
            * (1.0 / nullif(delivered, 0) + 1.0 / nullif(delivered_before, 0))
        ) as is_raised
    from emails
    union all
    select
        'complaints' as alert,
        cast(complaints as double) / nullif(delivered_in_all, 0) as metric_value,
        {{ complaint_rate_max }} as baseline_value,
        delivered_in_all >= {{ emails_min }} as is_judged,
        complaints >= {{ complaint_rate_max }} * delivered_in_all as is_raised
    from emails
    union all
    select
        'coverage_falls' as alert,
        max(case when weeks_ago = 1 then coverage end) as metric_value,
        avg(case when weeks_ago between 2 and 5 then coverage end) as baseline_value,
        count(*) > 1 as is_judged,
        max(case when weeks_ago = 1 then coverage end)
        < {{ 1 - coverage_fall }} * avg(case when weeks_ago between 2 and 5 then coverage end) as is_raised
    from weeks
    {% for alert, metric, condition in [
        ('accuracy_falls', 'recall_at_10', 'metric_value < ' ~ (1 - recall_fall) ~ ' * baseline_value'),
        (
            'calibration_drifts', 'calibration_error',
            'metric_value > ' ~ calibration_error_max ~ ' and metric_value > ' ~ calibration_growth_max ~ ' * baseline_value'
        ),
    ] %}
        union all
        select
            '{{ alert }}' as alert,
            metric_value,
            baseline_value,
            baseline_value is not null as is_judged,
            {{ condition }} as is_raised
        from (
            select
                max(case when runs_ago = 1 then metric_value end) as metric_value,
                max(case when runs_ago = 2 then metric_value end) as baseline_value
            from trainings
            where metric = '{{ metric }}'
        ) as runs
    {% endfor %}
    union all
    select
        'input_warnings' as alert,
        cast(count(*) as double) as metric_value,
        0 as baseline_value,
        true as is_judged,
        count(*) > 0 as is_raised
    from {{ ref('input_validation_results') }}
    where
        severity = 'warning'
        and not is_success

)

select
    checks.alert,
    case
        when not coalesce(checks.is_judged, false) then 'too_little_data'
        when checks.is_raised then 'raised'
        else 'fine'
    end as status,
    round(checks.metric_value, 6) as metric_value,
    round(cast(checks.baseline_value as double), 6) as baseline_value,
    as_of.as_of
from checks
cross join as_of
