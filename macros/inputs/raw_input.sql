{#-
  An input as it was found, with erased users in it: {found: from-clause or none, columns: {name: type}, select: the
  contract's columns and row_fault, what is wrong with a row as a row of a file}. Where it is read from is decided while
  parsing, what is there when the model runs. With what the sender's ledger holds of it (ledger_rows). Given `only`, the
  select has these columns and the key's: engines plan no more than is read.
-#}
{% macro raw_input(table_name, only=none) %}
    {% set found = none %}
    {% if table_name in var('input_relations') %}
        {% set found = ref(var('input_relations')[table_name]) %}
    {% elif recmail.sources_of(table_name) %}
        {% set found = ref('adapted_' ~ table_name) %}
    {% elif execute and recmail.reads_own_inputs() %}
        {% set found = recmail.find_input(table_name) %}
    {% endif %}
    {% if not execute %}
        {{ return({'found': found, 'columns': {}, 'select': ''}) }}
    {% endif %}
    {% set columns = recmail.input_columns(found) if found else {} %}
    {% set key = recmail.input_contract(table_name).meta.key %}
    {% set only = only + key if only else none %}
    {% set select = recmail.select_of_input(table_name, found, columns, only) %}
    {% set ledger = recmail.ledger_rows(table_name) %}
    {% if ledger %}
        {#- the ledger's word counts: a file may hold what it said some time ago -#}
        {% set own, key = select, key | join(', ') %}
        {% set ledger_columns = recmail.input_columns(ledger) %}
        {% set select = recmail.select_of_input(table_name, ledger, ledger_columns, only) %}
        {% if not found %}
            {{ return({'found': ledger, 'columns': ledger_columns, 'select': select}) }}
        {% endif %}
        {% set select = select ~ "\nunion all\nselect * from (\n" ~ own ~ "\n) as own_rows\nwhere not coalesce((" ~ key
            ~ ") in (select " ~ key ~ " from (\n" ~ select ~ "\n) as ledger_rows), false)" %}
    {% endif %}
    {{ return({'found': found, 'columns': columns, 'select': select}) }}
{% endmacro %}


{% macro select_of_input(table_name, found, columns, only) %}
    {% set expressions = [] %}
    {% for column in recmail.input_contract(table_name).columns if not only or column.name in only %}
        {% set is_read = var('personal_columns') or not column.meta.personal %}
        {% set found_type = columns.get(column.name) if is_read else none %}
        {% do expressions.append(
            recmail.input_expression(column, found_type) ~ " as " ~ column.name
        ) %}
    {% endfor %}
    {% do expressions.append(
        ("row_fault" if 'row_fault' in columns else "cast(null as " ~ dbt.type_string() ~ ") as row_fault")
    ) %}
    {{ return("select\n    " ~ expressions | join(",\n    ") ~ ("\nfrom " ~ found if found else "\nwhere false")) }}
{% endmacro %}


{#- with sources the demo's inputs, which are the default, are nobody's: a place of the shop's own is named -#}
{% macro reads_own_inputs() %}
    {{ return(not var('sources') or var('input_schema') is not none or var('input_location') != 'data/demo') }}
{% endmacro %}
