{#- Fails with each combination of `columns` that stands in more than one row, or in which one of them is null; what
    stands twice in a large table by user is looked for among a sample of users (key_sample). -#}
{% test is_key(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
{% set sample = key_sample(model, columns) %}
{% if sample %}
    where
        {{ sample }}
        {% for column in columns %}
            or {{ column }} is null
        {% endfor %}
{% endif %}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns %}
        or {{ column }} is null
    {% endfor %}

{% endtest %}
