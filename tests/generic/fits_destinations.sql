{#-
  Fails with each row that is too big for a destination: the tightest of the public limits is Klaviyo's 100 KB a record; a
  column has 128 KiB at most at Segment. Names of columns stand in a record too.
-#}
{% test fits_destinations(model) %}

{% set record_bytes_max = 100000 %}
{% set columns = [] %}
{% for column in adapter.get_columns_in_relation(model) %}{% do columns.append(column.name) %}{% endfor %}

select
    export_key,
    {% for column in columns %}
        coalesce({{ byte_count('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}, 4) + {{ column | length + 6 }}
        {{ '+' if not loop.last }}
    {% endfor %} as record_bytes
from {{ model }}
where
    {% for column in columns %}
        coalesce({{ byte_count('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}, 4) + {{ column | length + 6 }}
        {{ '+' if not loop.last }}
    {% endfor %} > {{ record_bytes_max }}

{% endtest %}
