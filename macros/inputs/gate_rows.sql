{#-
  What input_checks/gate.py says of all inputs, in SQL: rows of input_validation_results without fingerprint and samples.
  test_gate.py holds both to the same judgement.
-#}
{% macro gate_rows() %}
    {%- for name in input_names() %}
    {{ recmail.gate_suite(name, ref('input_' ~ name)) }}
    union all
    {%- endfor %}
    {{ recmail.gate_volumes() }}
    {%- for name in input_names() if execute %}
        {%- for column in recmail.input_contract(name).columns if 'refers_to' in column.meta %}
    union all
    {{ recmail.gate_reference(name, column.name, column.meta.refers_to) }}
        {%- endfor %}
        {%- for column in recmail.input_contract(name).columns if 'value_share_max' in column.meta %}
    union all
    {{ recmail.gate_swallowing_value(name, column.name, column.meta.value_share_max) }}
        {%- endfor %}
    {%- endfor %}
    {%- for severity, limit in [('critical', var('freshness_error_days')), ('warning', var('freshness_warn_days'))] if limit is not none %}
    union all
    {{ recmail.gate_freshness(severity, limit) }}
    {%- endfor %}
{% endmacro %}


{#- row counts beside the median of the last runs on other inputs; nothing on a first run -#}
{% macro gate_volumes() %}
    {%- set low, factor = var('volume_error_share'), var('volume_warn_factor') -%}
    {%- set wide = "at least %d%% and at most %d%%" | format(100 / factor, 100 * factor) -%}
    select
        counts.table_name,
        cast(null as {{ dbt.type_string() }}) as column_name,
        'row_count_close_to_the_last_runs' as expectation,
        limits.severity,
        concat(
            'The number of rows is ', limits.words, ' of the last ', cast(usual.run_count as {{ dbt.type_string() }}),
            ' runs'' median.'
        ) as description,
        concat(
            cast(counts.row_count as {{ dbt.type_string() }}), ' rows, usually ', cast(usual.row_count as {{ dbt.type_string() }})
        ) as observed,
        counts.row_count,
        0 as unexpected_count,
        cast(0 as double) as unexpected_share,
        counts.row_count >= limits.low * usual.row_count and counts.row_count <= coalesce(limits.high * usual.row_count, counts.row_count) as is_success
    from (
        {%- for name in input_names() %}
        select '{{ name }}' as table_name, count(*) as row_count from {{ ref('input_' ~ name) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as counts
    inner join (
        select
            table_name,
            max(run_count) as run_count,
            max(case when place = floor(run_count / 2) + 1 then row_count end) as row_count
        from (
            select
                table_name,
                row_count,
                count(*) over (partition by table_name) as run_count,
                row_number() over (partition by table_name order by row_count) as place
            from (
                select
                    table_name,
                    row_count,
                    row_number() over (partition by table_name order by run_number desc) as age
                from {{ source('state', 'input_runs') }}
                where input_fingerprint not in (select fingerprint.input_fingerprint from fingerprint)
            ) as runs
            where age <= {{ var('volume_runs') }}
        ) as latest_runs
        group by table_name
    ) as usual
        on counts.table_name = usual.table_name
    cross join (
        values
        ('critical', cast({{ low }} as double), cast(null as double), '{{ "at least %d%%" | format(100 * low) }}'),
        ('warning', cast({{ 1 / factor }} as double), cast({{ factor }} as double), '{{ wide }}')
    ) as limits (severity, low, high, words)
    where usual.row_count > 0
{%- endmacro %}


{#- whether ids mean the same in two inputs: nearly none that is known are two ways to write ids -#}
{% macro gate_reference(table, column, other) %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        'ids_are_known' as expectation,
        'critical' as severity,
        'At least 10% of the values of {{ column }} are in {{ other }}.' as description,
        concat(cast(known_count as {{ dbt.type_string() }}), ' of ', cast(id_count as {{ dbt.type_string() }})) as observed,
        id_count as row_count,
        id_count - known_count as unexpected_count,
        1 - cast(known_count as double) / id_count as unexpected_share,
        id_count < 10 or known_count >= cast(0.1 as double) * id_count as is_success
    from (
        select
            count(*) as id_count,
            count(known.id) as known_count
        from (select distinct {{ column }} as id from {{ ref('input_' ~ table) }} where {{ column }} is not null) as ids
        left join (select distinct {{ column }} as id from {{ ref('input_' ~ other) }}) as known
            on ids.id = known.id
    ) as counts
    where id_count > 0
{%- endmacro %}


{#- whether one value holds so much of a table that it is likely a word for none -#}
{% macro gate_swallowing_value(table, column, share_max) %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        'no_value_swallows_the_table' as expectation,
        'warning' as severity,
        'No {{ column }} is that of more than {{ "%d%%" | format(100 * share_max) }} of the rows.' as description,
        concat(
            cast(value_count as {{ dbt.type_string() }}), ' of ', cast(row_count as {{ dbt.type_string() }}), ' rows have one value'
        ) as observed,
        row_count,
        value_count as unexpected_count,
        cast(value_count as double) / row_count as unexpected_share,
        value_count < 10 or value_count <= cast({{ share_max }} as double) * row_count as is_success
    from (
        select max(copies) as value_count
        from (
            select count(*) as copies
            from {{ ref('input_' ~ table) }}
            where {{ column }} <> '0'
            group by {{ column }}
        ) as copies_of_values
    ) as largest
    cross join (select count(*) as row_count from {{ ref('input_' ~ table) }}) as counts
    where value_count > 0
{%- endmacro %}


{#- how old the newest order is, as of as_of, else of the newest event of any input -#}
{% macro gate_freshness(severity, limit) %}
    {%- set as_of = 'cast(' ~ literal_or_null(as_of_text()) ~ ' as timestamp)' -%}
    select
        'orders' as table_name,
        'ordered_at' as column_name,
        'newest_order_is_fresh' as expectation,
        '{{ severity }}' as severity,
        'The newest order is at most {{ limit }} days older than as_of or the newest event.' as description,
        coalesce(concat(cast(round(days, 1) as {{ dbt.type_string() }}), ' days'), 'no order has a time') as observed,
        cast(null as bigint) as row_count,
        cast(null as bigint) as unexpected_count,
        cast(null as double) as unexpected_share,
        coalesce(days <= {{ limit }}, false) as is_success
    from (
        select
            cast({{ dbt.datediff(
                'ordered.newest_at', 'coalesce(' ~ as_of ~ ', greatest(ordered.newest_at, viewed.newest_at, mailed.newest_at))', 'second'
            ) }} as double) / 86400 as days
        from (
            select max(case when {{ as_of }} is null or {{ clean_timestamp('ordered_at') }} <= {{ as_of }} then {{ clean_timestamp('ordered_at') }} end) as newest_at
            from {{ ref('input_orders') }}
        ) as ordered
        cross join (select max({{ clean_timestamp('occurred_at') }}) as newest_at from {{ ref('input_web_events') }}) as viewed
        cross join (select max({{ clean_timestamp('occurred_at') }}) as newest_at from {{ ref('input_email_events') }}) as mailed
    ) as ages
{%- endmacro %}
