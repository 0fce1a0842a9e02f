-- What somebody should look at. Each check has its row in each run: what is fine is told from what could not be judged.
{% set settled_days = 2 %}  {#- after which most of an email's clicks are in -#}
{% set emails_min = 1000 %}  {#- delivered, below which a rate of rare things says nothing -#}
{% set complaint_rate_max = 0.001 %}  {#- asked of senders by Gmail and Yahoo: below 0.1 %, never 0.3 % -#}
{% set click_rate_fall, coverage_fall, recall_fall = 0.3, 0.2, 0.1 %}  {#- shares of what was before -#}
{#- z_min: standard errors that a fall of the click rate must be wide, by the z-test of two proportions -#}
{% set z_min, calibration_error_max, calibration_growth_max = 3, 0.01, 2 %}
{% set foretold = {'': 'recommendations', 'order_': 'order_30d', 'churn_': 'churn'} %}  {#- probabilities -#}

with email_sums as (

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
            {{ days_between('daily.sent_date', 'as_of.as_of') }} - {{ settled_days }} as age_days
        from {{ ref('email_performance_daily') }} as daily
        cross join {{ ref('stg_as_of') }} as as_of
    ) as aged
    where age_days between 0 and 34

),

emails as (

    select
        *,
        {{ rate('clicks', 'delivered') }} as click_rate,
        {{ rate('clicks_before', 'delivered_before') }} as click_rate_before,
        {{ rate('clicks + clicks_before', 'delivered + delivered_before') }} as click_rate_of_both
    from email_sums

),

weeks as (

    select
        coverage.coverage,
        row_number() over (order by coverage.week_start_date desc) as weeks_ago
    from {{ ref('catalog_coverage_weekly') }} as coverage
    cross join {{ ref('stg_as_of') }} as as_of
    where
        coverage.context = 'TOTAL'
        and {{ days_between('coverage.week_start_date', 'as_of.as_of') }} >= 7

),

-- the newest training beside the one before
trainings as (

    select
        {% for name in ['recall_at_10', 'calibration_error'] %}
            max(case when runs_ago = 1 and metric = '{{ name }}' then metric_value end) as {{ name }},
            max(case when runs_ago = 2 and metric = '{{ name }}' then metric_value end) as {{ name }}_before,
        {% endfor %}
        subject
    from (
        select
            subject,
            metric,
            metric_value,
            dense_rank() over (partition by subject order by run_number desc) as runs_ago
        from {{ ref('stg_ranker_accuracy') }}
        where model = 'challenger' and dimension = 'all'
    ) as numbered
    group by subject

),

checks as (

    select
        'click_rate_falls' as alert,
        click_rate as metric_value,
        click_rate_before as baseline_value,
        delivered >= {{ emails_min }} and delivered_before >= {{ emails_min }} as is_judged,
        click_rate < {{ 1 - click_rate_fall }} * click_rate_before
        and click_rate_before - click_rate > {{ z_min }} * sqrt(
            click_rate_of_both * (1 - click_rate_of_both)
            * (1.0 / nullif(delivered, 0) + 1.0 / nullif(delivered_before, 0))
        ) as is_raised
    from emails
    union all
    select
        'complaints' as alert,
        {{ rate('complaints', 'delivered_in_all') }} as metric_value,
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
    union all
    select
        'accuracy_falls' as alert,
        max(recall_at_10) as metric_value,
        max(recall_at_10_before) as baseline_value,
        max(recall_at_10_before) is not null as is_judged,
        max(recall_at_10) < {{ 1 - recall_fall }} * max(recall_at_10_before) as is_raised
    from trainings
    where subject = 'recommendations'
    union all
    {% for name, subject in foretold.items() %}
        select
            '{{ name }}calibration_drifts' as alert,
            max(calibration_error) as metric_value,
            max(calibration_error_before) as baseline_value,
            max(calibration_error_before) is not null as is_judged,
            max(calibration_error) > {{ calibration_error_max }}
            and max(calibration_error) > {{ calibration_growth_max }} * max(calibration_error_before) as is_raised
        from trainings
        where subject = '{{ subject }}'
        union all
    {% endfor %}
    select
        'input_warnings' as alert,
        cast(count(*) as double) as metric_value,
        0 as baseline_value,
        true as is_judged,
        count(*) > 0 as is_raised
    from {{ ref('input_validation_results') }}
    where severity = 'warning' and not is_success

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
cross join {{ ref('stg_as_of') }} as as_of
