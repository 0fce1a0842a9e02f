{#- Fails with each combination of `columns` that stands in more than one row; nulls are alike. Without nulls: a key of rows_are_valid. -#}
{% test unique_together(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
