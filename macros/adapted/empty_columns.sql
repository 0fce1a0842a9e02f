{#- Of these expressions those that hold nothing, though there are rows. -#}
{% macro empty_columns(found, expressions) %}
    {% set empty = [] %}
    {% if expressions %}
        {% set counts = run_query("select count(*), count(" ~ expressions | join("), count(") ~ ") from " ~ found)[0] %}
        {% for expression in expressions %}
            {% if counts[0] and not counts[loop.index] %}{% do empty.append(expression) %}{% endif %}
        {% endfor %}
    {% endif %}
    {{ return(empty) }}
{% endmacro %}
