{#-
  Body of every models/inputs/input_<table>.sql: the contract's columns of the table as it was found, without the rows
  of users who asked to be erased. A missing optional table is empty, a missing optional column null; anything
  required that is missing stops the build with one message for the table.
-#}
{% macro input_rows(table_name) %}
    {% set raw = recmail.raw_input(table_name) %}
    {% set erased = recmail.erased_rows(table_name) %}
    {% if not execute %}{{ return('') }}{% endif %}
    {% set contract = recmail.input_contract(table_name) %}
    {% set select = raw['select'] %}
    {% if erased and raw['found'] %}
        {% set select = "select * from (\n" ~ select ~ "\n) as input_rows\nwhere not (" ~ erased ~ ")" %}
    {% endif %}
    {% set problems = recmail.input_problems(contract, raw['found'], raw['columns']) %}
    {% if not problems and contract.meta.required and run_query(select ~ " limit 1") | length == 0 %}
        {% do problems.append(
            "table " ~ table_name ~ " is empty: expected at least one row in " ~ recmail.input_place(table_name)
        ) %}
    {% endif %}
    {% if not problems and raw['found'] and table_name == 'erasure_requests' %}
        {#- such as Excel's 1.2E+11; a row that is blank asks for nobody -#}
        {% set id = "cast(user_id as " ~ dbt.type_string() ~ ")" %}
        {% set unreadable = run_query(
            "select count(*) from " ~ raw['found'] ~ " where " ~ recmail.clean_id(id) ~ " is null and "
            ~ trim_blanks(id) ~ " not in ('', " ~ recmail.words_for_nothing() ~ ")"
        )[0][0] %}
        {% if unreadable %}
            {% do problems.append(
                "erasure_requests: " ~ unreadable ~ " row(s) name no user who could be erased, in "
                ~ recmail.input_place(table_name)
            ) %}
        {% endif %}
    {% endif %}
    {% if problems %}
        {% do exceptions.raise_compiler_error(
            "Input " ~ table_name ~ " can't be used, nothing is built from it. Mend it and run again"
            ~ " (docs/input_contract.md):\n- " ~ problems | join("\n- ")
        ) %}
    {% endif %}
    {{ return(select ~ recmail.contents_of_files(select)) }}
{% endmacro %}


{#- what is missing of one table, a sentence each -#}
{% macro input_problems(contract, found, found_columns) %}
    {% set table_name = contract.table_name %}
    {% if found is none %}
        {{ return(
            ["table " ~ table_name ~ " is missing: expected " ~ recmail.input_place(table_name)]
            if contract.meta.required else []
        ) }}
    {% endif %}
    {% if not contract.columns | map(attribute='name') | select('in', found_columns) | list %}
        {{ return([
            "table " ~ table_name ~ " has none of its columns: its first row must name them, in "
            ~ recmail.input_place(table_name)
        ]) }}
    {% endif %}
    {% set problems = [] %}
    {% for column in contract.columns if column.meta.required and column.name not in found_columns %}
        {% do problems.append(
            "column " ~ table_name ~ "." ~ column.name ~ " is missing: expected " ~ column.data_type
            ~ ", found only " ~ found_columns | reject('equalto', 'row_fault') | join(', ')
        ) %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{% macro input_place(table_name) %}
    {% if table_name in var('input_relations') %}
        {{ return("model " ~ var('input_relations')[table_name] ~ " (var input_relations)") }}
    {% elif recmail.sources_of(table_name) %}
        {{ return("what sources " ~ recmail.sources_of(table_name) | join(', ') ~ " hold (var sources, docs/adapters.md)") }}
    {% elif var('input_schema') %}
        {{ return("table " ~ var('input_schema') ~ "." ~ table_name ~ " (var input_schema)") }}
    {% endif %}
    {{ return(
        table_name ~ ".parquet or " ~ table_name ~ ".csv in " ~ var('input_location') ~ " (var input_location)"
    ) }}
{% endmacro %}
