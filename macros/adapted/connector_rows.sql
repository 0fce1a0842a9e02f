{#-
  Body of every <source>_table_<table>: the columns that its YAML names, under the names that the connector has for them,
  as text. A missing table is empty and a missing column null, unless it is required: then one message says so. What is
  there is known when the model runs.
-#}
{% macro connector_rows() %}
    {% if not execute %}{{ return('') }}{% endif %}
    {% set meta = model.config.meta %}
    {% set found = recmail.find_connector_table(meta.source, meta.names) %}
    {% set columns = recmail.input_columns(found) if found else {} %}
    {% set expressions, missing = [], [] %}
    {% for column in model.columns.values() %}
        {% set expression = recmail.connector_column(column.config.meta.names, columns) %}
        {% if expression and column.name.endswith('_id') %}{% set expression = recmail.clean_id(expression) %}{% endif %}
        {% if not expression and column.config.meta.required %}
            {% do missing.append("column " ~ column.config.meta.names | join(' or ')) %}
        {% endif %}
        {% do expressions.append((expression or "cast(null as " ~ dbt.type_string() ~ ")") ~ " as " ~ column.name) %}
    {% endfor %}
    {% if (missing and found) or (meta.required and not found) %}
        {% do exceptions.raise_compiler_error(
            "Source " ~ meta.source ~ " can't be used, nothing is built from it (docs/adapters.md):\n- "
            ~ ("table " ~ meta.names | join(' or ') ~ " is missing in " ~ recmail.source_place(meta.source)
            ~ " (var source_places)" if not found else
            "table " ~ meta.names[0] ~ " lacks " ~ missing | join(', ') ~ ": found only " ~ columns | join(', '))
        ) %}
    {% endif %}
    {{ return("select\n    " ~ expressions | join(",\n    ") ~ ("\nfrom " ~ found if found else "\nwhere false")) }}
{% endmacro %}


{#- the first of these names that is there, as text; a list or struct as JSON -#}
{% macro connector_column(names, columns) %}
    {% for name in names %}
        {% set root, _, field = name.partition('.') %}
        {% set type = columns.get(root) %}
        {% if type and (not field or type.startswith('STRUCT')) %}
            {% set value = adapter.quote(root) ~ ('.' ~ adapter.quote(field) if field else '') %}
            {% if not field and (type.startswith('STRUCT') or type.endswith('[]')) %}
                {% set value = recmail.as_json(value) %}
            {% endif %}
            {{ return("nullif(trim(cast(" ~ value ~ " as " ~ dbt.type_string() ~ ")), '')") }}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
