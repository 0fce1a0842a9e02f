{#-
  on-run-start hook: reads the contract (models/staging/_inputs__sources.yml), finds every input as a file below
  var `input_location` or as a table of var `input_schema`, and makes a view `inputs.<table>` with exactly the
  contract's columns. Missing optional tables become empty views, missing optional columns null, and users who
  asked to be erased are in none of them. Anything required that is missing stops the run before a model is built,
  with one message that names all of it. Either way inputs.latest_run says what this run was given, so that
  nothing built from earlier inputs is mailed.
-#}
{% macro prepare_inputs() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') %}
        {% do adapter.create_schema(api.Relation.create(database=target.database, schema=recmail.prefixed_schema('inputs'))) %}
        {% set found = {} %}
        {% for table in recmail.input_tables() %}
            {% do found.update({table.name: recmail.find_input(table.name)}) %}
        {% endfor %}
        {% set selects = {} %}
        {% set problems = [] %}
        {% for table in recmail.input_tables() %}
            {% set found_columns = recmail.input_columns(found[table.name]) if found[table.name] else {} %}
            {% do problems.extend(recmail.input_problems(table, found[table.name], found_columns)) %}
            {% do selects.update({table.name: recmail.input_select(table, found[table.name], found_columns)}) %}
        {% endfor %}
        {% do recmail.stop_on_input_problems(problems) %}

        {% for table_name, select in selects.items() %}
            {% set erased = recmail.erased_rows(table_name, selects) if found['erasure_requests'] else none %}
            {% do run_query(
                "create or replace view " ~ recmail.input_view(table_name) ~ " as select * from (" ~ select ~ ")"
                ~ " as input_rows" ~ (" where not (" ~ erased ~ ")" if erased else "")
            ) %}
        {% endfor %}
        {% do recmail.stop_on_input_problems(recmail.empty_required_inputs()) %}
        {% do recmail.note_latest_run(recmail.input_fingerprint(selects.keys())) %}
    {% endif %}
{% endmacro %}


{% macro input_tables() %}
    {{ return(graph.sources.values() | selectattr('source_name', 'equalto', 'inputs') | list) }}
{% endmacro %}


{% macro input_places(table_name) %}
    {% if var('input_schema') %}
        {{ return("table " ~ var('input_schema') ~ "." ~ table_name ~ " (var input_schema)") }}
    {% endif %}
    {{ return(
        table_name ~ ".parquet or " ~ table_name ~ ".csv in " ~ var('input_location') ~ " (var input_location)"
    ) }}
{% endmacro %}


{#- what is missing of one table, a sentence each -#}
{% macro input_problems(table, found, found_columns) %}
    {% set problems = [] %}
    {% if found is none and table.config.meta.get('required') %}
        {% do problems.append(
            "table " ~ table.name ~ " is missing: expected " ~ recmail.input_places(table.name)
        ) %}
    {% endif %}
    {% for column in table.columns.values() if found and column.config.meta.get('required') %}
        {% if column.name not in found_columns %}
            {% do problems.append(
                "column " ~ table.name ~ "." ~ column.name ~ " is missing: expected " ~ column.data_type
                ~ ", found only " ~ (found_columns | join(', '))
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{#- the contract's columns of one table, read from where it was found -#}
{% macro input_select(table, found, found_columns) %}
    {% set expressions = [] %}
    {% for column in table.columns.values() %}
        {% do expressions.append(
            recmail.input_expression(column.name, column.data_type, found_columns.get(column.name))
            ~ " as " ~ column.name
        ) %}
    {% endfor %}
    {{ return("select " ~ expressions | join(', ') ~ (" from " ~ found if found else " where false")) }}
{% endmacro %}


{#- required inputs that hold no row at all -#}
{% macro empty_required_inputs() %}
    {% set problems = [] %}
    {% for table in recmail.input_tables() if table.config.meta.get('required') %}
        {% if run_query("select 1 from " ~ recmail.input_view(table.name) ~ " limit 1") | length == 0 %}
            {% do problems.append(
                "table " ~ table.name ~ " is empty: expected at least one row in " ~ recmail.input_places(table.name)
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{% macro stop_on_input_problems(problems) %}
    {% if problems %}
        {% do recmail.note_latest_run(none, problems | join('; ')) %}
        {% do exceptions.raise_compiler_error(
            "The inputs can't be used, nothing was built. Mend and run again (docs/input_contract.md):\n- "
            ~ problems | join("\n- ")
        ) %}
    {% endif %}
{% endmacro %}


{#- one row: the content of the inputs this run was given, or why they can't be used -#}
{% macro note_latest_run(fingerprint, problem=none) %}
    {% set text = dbt.type_string() %}
    {% do run_query(
        "create or replace table " ~ recmail.input_view('latest_run') ~ " as select "
        ~ "cast(" ~ recmail.literal_or_null(invocation_id) ~ " as " ~ text ~ ") as invocation_id, "
        ~ "cast(" ~ recmail.literal_or_null(fingerprint) ~ " as " ~ text ~ ") as input_fingerprint, "
        ~ "cast(" ~ recmail.literal_or_null(problem) ~ " as " ~ text ~ ") as problem"
    ) %}
{% endmacro %}


{% macro literal_or_null(value) %}
    {{ return('null' if value is none else recmail.literal(value)) }}
{% endmacro %}
