{#-
  The sources of var `sources` that give orders, in its order. The first one's ids are recmail's as they are, and so are
  those that trackers name; ids of every other shop have its name before them, since both may have an order 1.
-#}
{% macro shops() %}
    {% set found = [] %}
    {% for source in var('sources') if 'orders' in recmail.source_inputs().get(source, []) %}
        {% do found.append(source) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
