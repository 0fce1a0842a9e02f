{#- one row per expectation of an input's contract; an empty optional table has nothing to judge -#}
{% macro gate_suite(table_name, relation) %}
    {%- if not execute %}{{ return('') }}{% endif -%}
    {%- set expected = recmail.gate_expectations(recmail.input_contract(table_name), relation) -%}
    select
        '{{ table_name }}' as table_name,
        column_name,
        expectation,
        severity,
        description,
        concat(
            case when column_name is null then '' else concat(cast(unexpected_count as {{ dbt.type_string() }}), ' of ') end,
            cast(row_count as {{ dbt.type_string() }}),
            ' rows'
        ) as observed,
        row_count,
        unexpected_count,
        case when row_count > 0 then cast(unexpected_count as double) / row_count else cast(0 as double) end as unexpected_share,
        case
            when column_name is null then row_count > 0
            when judged_count = 0 then true
            when severity = 'critical' and unexpected_count < least({{ var('rejected_rows_min') }}, row_count) then true
            else cast(judged_count - unexpected_count as double) / judged_count >= share_min
        end as is_success
    from (
        select
            expected.*,
            counts.row_count,
            case expected.number
                {%- for one in expected %} when {{ loop.index }} then counts.judged_{{ loop.index }}{% endfor %}
            end as judged_count,
            case expected.number
                {%- for one in expected %} when {{ loop.index }} then counts.unexpected_{{ loop.index }}{% endfor %}
            end as unexpected_count
        from (
            select
                {%- for one in expected %}
                count({{ one.judged }}) as judged_{{ loop.index }},
                {{ one.count or 'count(case when ' ~ one.unexpected ~ ' then 1 end)' }} as unexpected_{{ loop.index }},
                {%- endfor %}
                count(*) as row_count
            from {{ relation }}
        ) as counts
        cross join (
            values
            {%- for one in expected %}
            (
                {{ loop.index }}, cast({{ literal_or_null(one.get('column')) }} as {{ dbt.type_string() }}), '{{ one.type }}',
                '{{ one.severity }}', {{ literal(one.description) }}, cast({{ one.share_min }} as double)
            ){{ ',' if not loop.last }}
            {%- endfor %}
        ) as expected (number, column_name, expectation, severity, description, share_min)
    ) as found
    where row_count > 0 or column_name is null
{%- endmacro %}


{#- the expectations of input_checks/suite.py, in its order and words: {column, type, severity, description, share_min, judged, unexpected} -#}
{% macro gate_expectations(contract, relation) %}
    {% set expected = [] %}
    {% set error = rejected_share_limit(contract.table_name, 'error') %}
    {% set warn = rejected_share_limit(contract.table_name, 'warn') %}
    {% set enough = "in at least %g %% of the rows" %}
    {% if contract.meta.required %}
        {% do expected.append({
            'type': 'expect_table_row_count_to_be_between', 'severity': 'critical', 'share_min': 1, 'judged': '*',
            'description': 'There is at least one row.', 'unexpected': 'false'
        }) %}
    {% endif %}
    {% for column in contract.columns %}
        {% for severity, share in ([('critical', error), ('warning', warn)] if column.meta.required else []) %}
            {% do expected.append({
                'column': column.name, 'type': 'expect_column_values_to_not_be_null', 'severity': severity,
                'share_min': 1 - share, 'judged': '*', 'unexpected': column.name ~ ' is null',
                'description': column.name ~ ' has a value ' ~ enough | format(100 * (1 - share)) ~ '.'
            }) %}
        {% endfor %}
        {% if column.data_type in ('number', 'timestamp', 'boolean') %}
            {% set words, readable = recmail.gate_readable(column) %}
            {% do expected.append({
                'column': column.name, 'type': 'expect_column_values_to_be_in_set', 'severity': 'critical',
                'share_min': 1 - error, 'judged': column.name,
                'unexpected': column.name ~ ' is not null and ' ~ readable ~ ' is null',
                'description': column.name ~ ' is ' ~ words ~ ' ' ~ enough | format(100 * (1 - error)) ~ ' that have one.'
            }) %}
        {% endif %}
    {% endfor %}
    {% if contract.meta.key | length == 1 %}
        {% set key = contract.meta.key[0] %}
        {% do expected.append({
            'column': key, 'type': 'expect_column_values_to_be_unique', 'severity': 'critical',
            'share_min': 1 - error, 'judged': key,
            'count': '(select coalesce(sum(copies), 0) from (select count(*) as copies from ' ~ relation ~ ' where ' ~ key
                ~ ' is not null group by ' ~ key ~ ' having count(*) > 1) as doubles)',
            'description': key ~ ' is unique ' ~ enough | format(100 * (1 - error)) ~ '.'
        }) %}
    {% endif %}
    {% for column in contract.columns %}
        {% set meta, number = column.meta, 'try_cast(' ~ column.name ~ ' as double)' %}
        {% set most = meta.get('at_most', meta.get('usually_at_most')) %}
        {% set words, unexpected = none, none %}
        {% if 'between' in meta %}
            {% set words = 'between {:,} and {:,}'.format(*meta.between) %}
            {% set unexpected = number ~ ' < ' ~ meta.between[0] ~ ' or ' ~ number ~ ' > ' ~ meta.between[1] %}
        {% elif 'above' in meta and most is not none %}
            {% set words = 'above {:,} and at most {:,}'.format(meta.above, most) %}
            {% set unexpected = number ~ ' <= ' ~ meta.above ~ ' or ' ~ number ~ ' > ' ~ most %}
        {% endif %}
        {% if words %}
            {% do expected.append({
                'column': column.name, 'type': 'expect_column_values_to_be_between', 'severity': 'warning',
                'share_min': 1 - error, 'judged': number, 'unexpected': unexpected,
                'description': column.name ~ ' is ' ~ words ~ ' ' ~ enough | format(100 * (1 - error)) ~ '.'
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(expected) }}
{% endmacro %}


{#- what a column should be, in words, and SQL that is null when it isn't -#}
{% macro gate_readable(column) %}
    {% set number = 'try_cast(' ~ column.name ~ ' as double)' %}
    {{ return({
        'number': ['a number', number],
        'timestamp': ['a timestamp', recmail.clean_timestamp(column.name)],
        'boolean': [
            'true or false',
            'coalesce(cast(try_cast(' ~ column.name ~ ' as boolean) as ' ~ dbt.type_string() ~ '), cast(' ~ number ~ ' as ' ~ dbt.type_string() ~ '))'
        ]
    }[column.data_type]) }}
{% endmacro %}
