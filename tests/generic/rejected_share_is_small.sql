{#-
  On checked_<table>: warns above var `rejected_share_warn` and fails above `rejected_share_error`, with one row that
  says how many rows were rejected, which limit that breaks and the commonest reasons. Rows set aside because a shop
  works that way alone (`is_fault: false` in the input's contract) do not count, and fewer than var `rejected_rows_min`
  stop no build, unless none is left.
-#}
{% test rejected_share_is_small(model, table_name) %}

{{ config(fail_calc='coalesce(max(broken_limits), 0)', warn_if='>= 1', error_if='>= 2') }}
{% set no_faults = [''] %}
{% if execute %}
    {% for rule in row_rules(input_contract(table_name)) if not rule.is_fault %}
        {% for reasons in no_faults | list %}
            {% do no_faults.append((reasons ~ '; ' if reasons else '') ~ rule.reason) %}
        {% endfor %}
    {% endfor %}
{% endif %}
{% set text = dbt.type_string() %}
with row_reasons as (

    select
        reject_reasons,
        reject_reasons not in (
            {% for reasons in no_faults %}{{ literal(reasons) }}{{ ', ' if not loop.last }}{% endfor %}
        ) as is_faulty
    from {{ model }}

),

shares as (

    select
        count(*) as row_count,
        sum(case when is_faulty then 1 else 0 end) as faulty_count
    from row_reasons

),

commonest as (

    select
        reject_reasons,
        count(*) as row_count,
        row_number() over (order by count(*) desc, reject_reasons) as reason_number
    from row_reasons
    where is_faulty
    group by reject_reasons

),

reasons as (

    select
        {{ dbt.listagg(
            "reject_reasons || ' (' || cast(row_count as " ~ text ~ ") || ')'", "', '", "order by reason_number"
        ) }} as reasons
    from commonest
    where reason_number <= 3

),

judged as (

    select
        shares.*,
        case
            {% for level, number in [('error', 2), ('warn', 1)] %}
                when
                    shares.faulty_count > {{ rejected_share_limit(table_name, level) }} * shares.row_count
                    {% if level == 'error' %}
                        and (shares.faulty_count >= {{ var('rejected_rows_min') }} or shares.faulty_count = shares.row_count)
                    {% endif %}
                    then {{ number }}
            {% endfor %}
            else 0
        end as broken_limits,
        reasons.reasons
    from shares
    cross join reasons

)

select
    concat(
        faulty_count, ' of ', row_count, ' rows rejected, ',
        cast(round(100.0 * faulty_count / row_count, 1) as decimal(5, 1)), ' %; expected at most ',
        case broken_limits
            {% for level, number in [('error', 2), ('warn', 1)] %}
                when {{ number }} then
                    '{{ 100 * rejected_share_limit(table_name, level) }} % (var rejected_share_{{ level }})'
            {% endfor %}
        end,
        '. Commonest: ', reasons, '. All of them: {{ model.schema }}.{{ model.identifier }} where reject_reasons <> '''''
    ) as faults,
    broken_limits
from judged
where broken_limits > 0

{% endtest %}
