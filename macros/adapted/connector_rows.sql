{#-
  Body of every <source>_table_<table>: the columns that its YAML names, under the names that the connector has for them,
  as text, of copies with one `key` the latest. Where there is no such table, the `lists` that another table's rows hold
  are read. A missing table is empty and a missing column null, unless it is required: then one message says so. What is
  there is known when the model runs.
-#}
{% macro connector_rows() %}
    {% if not execute %}{{ return('') }}{% endif %}
    {% set meta = model.config.meta %}
    {% set table = recmail.find_connector_table(meta.source, meta.names) %}
    {% set found = table or recmail.connector_list(meta.source, meta.get('lists', [])) %}
    {% set columns = recmail.input_columns(table) if table else {} %}
    {% if table and meta.key %}{% set found = recmail.latest_copies(table, columns, meta.key) %}{% endif %}
    {% set expressions, missing, wanted, known = [], [], {}, [] %}
    {% for column in model.columns.values() %}
        {% set names = column.config.meta.names %}
        {% set expression = recmail.list_column(column) if found and not table else recmail.connector_column(column, columns) %}
        {% if expression %}{% do known.append(expression) %}{% endif %}
        {% if expression and column.config.meta.required %}{% do wanted.update({expression: names}) %}{% endif %}
        {% if expression and column.name.endswith('_id') %}{% set expression = recmail.clean_id(expression) %}{% endif %}
        {% if not expression and column.config.meta.required %}
            {% do missing.append("column " ~ names | join(' or ')) %}
        {% endif %}
        {% do expressions.append((expression or "cast(null as " ~ dbt.type_string() ~ ")") ~ " as " ~ column.name) %}
    {% endfor %}
    {% for expression in recmail.empty_columns(found, wanted.keys() | list) if found and not table %}
        {% do missing.append("field " ~ wanted[expression] | join(' or ')) %}
    {% endfor %}
    {% if (missing and found) or (meta.required and not found) %}
        {% do exceptions.raise_compiler_error(
            "Source " ~ meta.source ~ " can't be used, nothing is built from it (docs/adapters.md):\n- "
            ~ ("table " ~ meta.names | join(' or ') ~ " is missing in " ~ recmail.source_place(meta.source)
            ~ " (var source_places)" if not found else
            "table " ~ meta.names[0] ~ " lacks " ~ missing | join(', ')
            ~ (", in " ~ meta.lists | join(' or ') if not table else ": found only " ~ columns | join(', ') if known
            else ": its first row must name them"))
        ) %}
    {% endif %}
    {{ return("select\n    " ~ expressions | join(",\n    ") ~ ("\nfrom " ~ found if found else "\nwhere false")) }}
{% endmacro %}


{#- the first of these names that is there, as text; a list or struct as JSON; fields of structs and of JSON stand in -#}
{% macro connector_column(column, columns) %}
    {% set values, is_found = [], [] %}
    {% for name in column.config.meta.names if name.partition('.')[0] in columns and not is_found %}
        {% set root, _, field = name.partition('.') %}
        {% set value, type = adapter.quote(root), columns[root] %}
        {% set is_nested = type.startswith('STRUCT') or type.endswith('[]') %}
        {% if field and field | upper in recmail.plain_fields(type) %}
            {% do values.append(value ~ '.' ~ adapter.quote(field)) %}
        {% elif field and (is_nested or type in ('JSON', 'VARCHAR')) %}
            {% do values.append(recmail.json_text(recmail.as_json(value) if is_nested else value, field)) %}
        {% elif not field %}
            {% do values.append(recmail.as_json(value) if is_nested else value) %}
            {% do is_found.append(name) %}
        {% endif %}
    {% endfor %}
    {% set texts = [] %}
    {% for value in values %}
        {% do texts.append(recmail.connector_text(value, column)) %}
    {% endfor %}
    {{ return(none if not texts else texts[0] if texts | length == 1 else "coalesce(" ~ texts | join(', ') ~ ")") }}
{% endmacro %}


{#- names of a struct's fields that are neither lists nor structs -#}
{% macro plain_fields(type) %}
    {% set found = [] %}
    {% if type.startswith('STRUCT(') and type.endswith(')') %}
        {% set inner = namespace(text=type[7:-1]) %}
        {% for level in range(8) %}{% set inner.text = modules.re.sub('[(][^()]*[)]', '', inner.text) %}{% endfor %}
        {% for field in inner.text.split(', ') if not field.endswith(('STRUCT', ']', 'MAP', 'UNION')) %}
            {% do found.append(field.rpartition(' ')[0].strip('"')) %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}
