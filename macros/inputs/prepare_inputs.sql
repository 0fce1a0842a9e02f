{#-
  on-run-start hook: reads the contract (models/staging/_inputs__sources.yml), finds every input as a file below
  var `input_location` or as a table of var `input_schema`, and makes a view `inputs.<table>` with exactly the
  contract's columns. Missing optional tables become empty views, missing optional columns null. Anything required
  that is missing stops the run before a model is built, with one message that names all of it.
-#}
{% macro prepare_inputs() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed') %}
        {% set problems = [] %}
        {% set statements = [] %}
        {% for table in recmail.input_tables() %}
            {% set found = recmail.find_input(table.name) %}
            {% if found is none and table.config.meta.get('required') %}
                {% do problems.append(
                    "table " ~ table.name ~ " is missing: expected " ~ recmail.input_places(table.name)
                ) %}
            {% endif %}
            {% set found_columns = recmail.input_columns(found) if found else {} %}
            {% set expressions = [] %}
            {% for column in table.columns.values() %}
                {% set found_type = found_columns.get(column.name) %}
                {% if found and found_type is none and column.config.meta.get('required') %}
                    {% do problems.append(
                        "column " ~ table.name ~ "." ~ column.name ~ " is missing: expected " ~ column.data_type
                        ~ ", found only " ~ (found_columns | join(', '))
                    ) %}
                {% endif %}
                {% do expressions.append(
                    recmail.input_expression(column.name, column.data_type, found_type) ~ " as " ~ column.name
                ) %}
            {% endfor %}
            {% do statements.append(
                "create or replace view " ~ recmail.input_view(table) ~ " as select " ~ expressions | join(', ')
                ~ (" from " ~ found if found else " where false")
            ) %}
        {% endfor %}
        {% do recmail.stop_on_input_problems(problems) %}
        {% do adapter.create_schema(api.Relation.create(database=target.database, schema='inputs')) %}
        {% for statement in statements %}{% do run_query(statement) %}{% endfor %}
        {% do recmail.stop_on_input_problems(recmail.empty_required_inputs()) %}
    {% endif %}
{% endmacro %}


{% macro input_tables() %}
    {{ return(graph.sources.values() | selectattr('source_name', 'equalto', 'inputs') | list) }}
{% endmacro %}


{% macro input_view(table) %}
    {{ return(api.Relation.create(database=target.database, schema='inputs', identifier=table.name)) }}
{% endmacro %}


{% macro input_places(table_name) %}
    {% if var('input_schema') %}
        {{ return("table " ~ var('input_schema') ~ "." ~ table_name ~ " (var input_schema)") }}
    {% endif %}
    {{ return(
        table_name ~ ".parquet or " ~ table_name ~ ".csv in " ~ var('input_location') ~ " (var input_location)"
    ) }}
{% endmacro %}


{#- required inputs that hold no row at all -#}
{% macro empty_required_inputs() %}
    {% set problems = [] %}
    {% for table in recmail.input_tables() if table.config.meta.get('required') %}
        {% if run_query("select 1 from " ~ recmail.input_view(table) ~ " limit 1") | length == 0 %}
            {% do problems.append(
                "table " ~ table.name ~ " is empty: expected at least one row in " ~ recmail.input_places(table.name)
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{% macro stop_on_input_problems(problems) %}
    {% if problems %}
        {% do exceptions.raise_compiler_error(
            "The inputs can't be used, nothing was built. Mend and run again (docs/input_contract.md):\n- "
            ~ problems | join("\n- ")
        ) %}
    {% endif %}
{% endmacro %}
