{#-
  Appends the models of a run to these tables of source `state` (macros/state/append_state.sql says how), and closes
  what open_erasures began where the run read requests of erasure: SQL, or what was run at once.
-#}
{% macro write_state(tables, has_erasures) %}
    {{ return(adapter.dispatch('write_state', 'recmail')(tables, has_erasures)) }}
{% endmacro %}


{% macro default__write_state(tables, has_erasures) %}
    {% set statements = [] %}
    {% for table in tables %}
        {% do statements.extend(recmail.new_state_rows(table) + recmail.forgotten_state_rows(table)) %}
    {% endfor %}
    {% if has_erasures %}{% do statements.append(recmail.close_erasures()) %}{% endif %}
    {{ return("begin transaction;\n" ~ statements | join(";\n") ~ ";\ncommit;") }}
{% endmacro %}


{% macro new_state_rows(table) %}
    {% set columns = table.columns | join(', ') %}
    {% set model = recmail.relation_of(table.config.meta.model) %}
    {% if table.config.meta.number %}
        {% set id = table.columns | first %}
        {{ return([
            "insert into " ~ table.relation_name ~ " (" ~ columns ~ ") select " ~ columns ~ " from " ~ model
            ~ " where " ~ id ~ " not in (select " ~ id ~ " from " ~ table.relation_name ~ " where " ~ id ~ " is not null)"
        ]) }}
    {% endif %}
    {% if table.config.meta.replaced %}
        {{ return([
            "delete from " ~ table.relation_name,
            "insert into " ~ table.relation_name ~ " (" ~ columns ~ ") select " ~ columns ~ " from " ~ model
        ]) }}
    {% endif %}
    {% set run = table.config.meta.run %}
    {% set is_of_run = run.column ~ " in (select " ~ run.column ~ " from " ~ recmail.relation_of(run.model) ~ ")" %}
    {{ return([
        "delete from " ~ table.relation_name ~ " where " ~ is_of_run,
        "insert into " ~ table.relation_name ~ " (" ~ columns ~ ") select " ~ columns ~ " from " ~ model
        ~ " where " ~ is_of_run ~ (" and " ~ table.config.meta.when if table.config.meta.when else "")
    ]) }}
{% endmacro %}


{% macro forgotten_state_rows(table) %}
    {% set forget = table.config.meta.forget %}
    {% if not forget %}{{ return([]) }}{% endif %}
    {% set id = recmail.clean_text(forget.column) %}
    {% set leaves = forget.column ~ (" in " if forget.when_in else " not in ") ~ "(select " ~ id ~ " from "
        ~ recmail.relation_of('input_' ~ (forget.when_in or forget.unless_in)) ~ " where " ~ id ~ " is not null)" %}
    {% if table.config.meta.number %}
        {{ return(["update " ~ table.relation_name ~ " set " ~ forget.column ~ " = null where " ~ leaves]) }}
    {% endif %}
    {{ return(["delete from " ~ table.relation_name ~ " where " ~ leaves]) }}
{% endmacro %}


{#-
    Parquet files know no transaction, no update and no delete. New ids are added as files of their own, and a run's rows
    take the place of its partition (state_partition.sql); what is there is written anew where somebody leaves.
-#}
{% macro spark__write_state(tables, has_erasures) %}
    {% for table in tables %}
        {% set meta, names = table.config.meta, table.columns | join(', ') %}
        {% set model = recmail.relation_of(meta.model) %}
        {% if meta.number %}
            {% set id = table.columns | first %}
            {% do run_query(
                "insert into " ~ table.relation_name ~ " (" ~ names ~ ") select " ~ names ~ " from " ~ model
                ~ " as added left anti join " ~ table.relation_name ~ " as known on added." ~ id ~ " = known." ~ id
            ) %}
        {% elif meta.replaced %}
            {% do recmail.replace_state_rows(table, model) %}
        {% else %}
            {% do recmail.overwrite_run(table, model) %}
        {% endif %}
        {% if meta.forget %}{% do recmail.forget_state_rows(table) %}{% endif %}
    {% endfor %}
    {% if has_erasures %}{% do recmail.close_erasures() %}{% endif %}
    {{ return("") }}
{% endmacro %}


{% macro overwrite_run(table, model) %}
    {% set meta, column = table.config.meta, table.config.meta.run.column %}
    {% set names = table.columns | reject('equalto', column) | join(', ') %}
    {% for run in run_query(
        "select distinct cast(" ~ column ~ " as string) from " ~ recmail.relation_of(meta.run.model)
    ).columns[0].values() %}
        {% set is_run = column ~ " = " ~ recmail.literal(run) %}
        {% do run_query(
            "insert overwrite " ~ table.relation_name ~ " partition (" ~ is_run ~ ") (" ~ names ~ ") select " ~ names
            ~ " from " ~ model ~ " where " ~ is_run ~ (" and " ~ meta.when if meta.when else "")
        ) %}
    {% endfor %}
{% endmacro %}


{#- A query's rows, of the table's types, in place of all that it holds; they may be made of what it holds. -#}
{% macro replace_state_rows(table, rows) %}
    {% set relation = api.Relation.create(schema=table.schema, identifier=table.identifier) %}
    {% set columns = [] %}
    {% for column in table.columns.values() %}
        {% do columns.append("cast(" ~ column.name ~ " as " ~ recmail.engine_type(column.data_type) ~ ") as " ~ column.name) %}
    {% endfor %}
    {% do recmail.replace_table(
        relation, "select " ~ columns | join(", ") ~ " from " ~ rows, recmail.state_partition(table)
    ) %}
{% endmacro %}


{% macro forget_state_rows(table) %}
    {% set forget = table.config.meta.forget %}
    {% set leaves = forget.column ~ " is not null and person_id is " ~ ("not null" if forget.when_in else "null") %}
    {% set rows = table.relation_name ~ " left join (select distinct " ~ recmail.clean_text(forget.column) ~ " as person_id from "
        ~ recmail.relation_of('input_' ~ (forget.when_in or forget.unless_in)) ~ ") as people on "
        ~ forget.column ~ " = person_id" %}
    {% if run_query("select 1 from " ~ rows ~ " where " ~ leaves ~ " limit 1") | length %}
        {% if table.config.meta.number %}
            {% set others = table.columns | reject('equalto', forget.column) | join(', ') %}
            {% do recmail.replace_state_rows(table, "(select " ~ others ~ ", case when " ~ leaves ~ " then null else "
                ~ forget.column ~ " end as " ~ forget.column ~ " from " ~ rows ~ ")") %}
        {% else %}
            {% do recmail.replace_state_rows(table, rows ~ " where not (" ~ leaves ~ ")") %}
        {% endif %}
    {% endif %}
{% endmacro %}
