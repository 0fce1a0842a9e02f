{#- The first of these fields that an element has, as text; parent.id is that of what holds the element, element itself. -#}
{% macro list_column(column) %}
    {% set values = [] %}
    {% for name in column.config.meta.names %}
        {% do values.append(
            'parent_id' if name == 'parent.id' else
            "cast(item as " ~ dbt.type_string() ~ ")" if name == 'element' else recmail.json_text('item', name)
        ) %}
    {% endfor %}
    {% set value = values[0] if values | length == 1 else "coalesce(" ~ values | join(', ') ~ ")" %}
    {{ return(recmail.connector_text(value, column)) }}
{% endmacro %}
