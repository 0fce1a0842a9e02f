{#-
  Fails with each row that is too big for one of its destinations, and says which of its columns is: every column of an
  export has a budget in bytes for every destination (macro destination_budgets). Names of columns stand in a record too.
-#}
{% test fits_destinations(model) %}

{% set columns_max = 512 %}
{#- when dbt parses, no model stands here yet -#}
{% set budgets = destination_budgets(model.identifier) if execute else {} %}
{% set columns = [] %}
{% for column in adapter.get_columns_in_relation(model) %}{% do columns.append(column.name) %}{% endfor %}

with sizes as (

    select
        export_key
        {% for column in columns %}
            , coalesce({{ byte_count('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}, 4) as {{ column }}_bytes
        {% endfor %}
    from {{ model }}

),

records as (

    select
        *,
        0
        {% for column in columns %}
            + {{ column }}_bytes + {{ column | length + 6 }}
        {% endfor %} as record_bytes
    from sizes

),

judged as (

    select
        export_key,
        record_bytes,
        concat_ws(
            '; '
            {% for destination, budget in budgets.items() %}
                , case
                    when record_bytes > {{ budget.record }}
                        then '{{ destination }} takes {{ budget.record }} bytes of a record'
                end
                {% for column in columns %}
                    {% set bytes = budget.get('columns', {}).get(column, budget.column) %}
                    , case
                        when {{ column }}_bytes > {{ bytes }}
                            then '{{ destination }} takes {{ bytes }} bytes of {{ column }}'
                    end
                {% endfor %}
            {% endfor %}
            , {% if columns | length > columns_max %}'more than {{ columns_max }} columns'{% else %}null{% endif %}
        ) as problems
    from records

)

select * from judged
where problems <> ''

{% endtest %}
