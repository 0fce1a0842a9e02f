{#-
  The end of every checked_<input>, after its CTE `rows` with the typed columns, what its joins found out and `raw_row`:
  all reasons against a row, by the rules of models/inputs/_inputs__models.yml; of several valid rows with one key all
  but the first by `first` (SQL) are duplicates; the row as it came in, where it was rejected. `also` are columns that
  the input doesn't have; rows with different values in one of `apart` are no duplicates of one another.
-#}
{% macro checked_rows(table_name, rows, first=none, also=[], apart=[]) %}
    {%- if not execute %}{{ return('') }}{% endif -%}
    {%- set contract = recmail.input_contract(table_name) -%}
    {%- set key = contract.meta.key %}
    {%- set copies_in_order -%}
        row_number() over (
            partition by {{ (key + apart) | join(', ') }}
            order by case when faults = '' then 0 else 1 end, {{ first ~ ', ' if first }}raw_row
        )
    {%- endset %}
judged as (

    select
        *,
        concat_ws(
            '; ',
            raw_row.row_fault
            {%- for rule in recmail.row_rules(contract) %},
            case when {{ rule.when }} then {{ literal(rule.reason) }} end
            {%- endfor %}
        ) as faults
    from {{ rows }}

),

-- few rows have the key of another: these alone are put in order, which takes whole rows
repeated as (

    select
        {%- for column in key + apart %}
        {{ column }} as repeated_{{ column }},
        {%- endfor %}
        count(*) as copies
    from judged
    group by {{ (key + apart) | join(', ') }}
    having count(*) > 1

),

numbered as (

    {%- for join, copy_number in [('left', '1'), ('inner', copies_in_order)] %}
    select
        judged.*,
        {{ copy_number }} as copy_number
    from judged
    {{ join }} join repeated
        on
            {%- for column in key + apart %}
            judged.{{ column }} is not distinct from repeated.repeated_{{ column }}
            {{- ' and' if not loop.last }}
            {%- endfor %}
    {%- if join == 'left' %}
    where repeated.copies is null
    union all
    {%- endif %}
    {%- endfor %}

)

select
    {%- for column in contract.columns %}
    {{ column.name }},
    {%- endfor %}
    {%- for column in also %}
    {{ column }},
    {%- endfor %}
    {%- set repairs = recmail.repairs(contract) %}
    {%- if repairs %}
    concat_ws(
        '; ',
        {{ repairs | join(',\n        ') }}
    ) as repairs,
    {%- endif %}
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of {{ key | join(' and ') }}' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
{%- endmacro %}


{#- what came in but could not be used, of each column that has a word for it -#}
{% macro repairs(contract) %}
    {% set repairs = [] %}
    {% for column in contract.columns if 'unusable' in column.meta %}
        {% set came_in = clean_text('raw_row.' ~ column.name) ~ " is not null" %}
        {% set condition = column.name ~ " is null and " ~ came_in %}
        {% if column.data_type == 'boolean' %}
            {% set condition = clean_boolean('raw_row.' ~ column.name) ~ " is null and "
                ~ clean_number('raw_row.' ~ column.name) ~ " is null and " ~ came_in %}
        {% elif 'counts_as' in column.meta %}
            {% set condition = column.name ~ " = " ~ recmail.literal(column.meta.counts_as) %}
        {% endif %}
        {% do repairs.append(
            "case when " ~ condition ~ " then " ~ recmail.literal(column.name ~ " " ~ column.meta.unusable) ~ " end"
        ) %}
    {% endfor %}
    {{ return(repairs) }}
{% endmacro %}
