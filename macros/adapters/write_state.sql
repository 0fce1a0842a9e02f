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


{#- Parquet files know no transaction, no update and no delete: one table after the other is written anew. -#}
{% macro spark__write_state(tables, has_erasures) %}
    {% for table in tables %}
        {% do recmail.replace_table(
            api.Relation.create(schema=table.schema, identifier=table.identifier), recmail.spark_state_rows(table)
        ) %}
    {% endfor %}
    {% if has_erasures %}{% do recmail.close_erasures() %}{% endif %}
    {{ return("") }}
{% endmacro %}


{#- all rows that a table holds after the run -#}
{% macro spark_state_rows(table) %}
    {% set meta, names = table.config.meta, table.columns | join(', ') %}
    {% set model = recmail.relation_of(meta.model) %}
    {% set kept = "select " ~ names ~ " from " ~ table.relation_name ~ " as kept" %}
    {% set added = "select " ~ names ~ " from " ~ model ~ " as added" %}
    {% if meta.number %}
        {% set id = table.columns | first %}
        {% set rows = kept ~ " union all " ~ added ~ " left anti join " ~ table.relation_name ~ " as known on added." ~ id
            ~ " = known." ~ id %}
    {% elif meta.replaced %}
        {% set rows = added %}
    {% else %}
        {% set column = meta.run.column %}
        {% set run = " join (select distinct " ~ column ~ " from " ~ recmail.relation_of(meta.run.model) ~ ") as run on " %}
        {% set rows = kept ~ " left anti" ~ run ~ "kept." ~ column ~ " = run." ~ column ~ " union all " ~ added
            ~ " left semi" ~ run ~ "added." ~ column ~ " = run." ~ column ~ (" where " ~ meta.when if meta.when else "") %}
    {% endif %}
    {% set forget, columns = meta.forget, [] %}
    {% for column in table.columns.values() %}
        {% set value = "case when leaves then null else state_rows." ~ column.name ~ " end"
            if meta.number and forget and column.name == forget.column else "state_rows." ~ column.name %}
        {% do columns.append("cast(" ~ value ~ " as " ~ recmail.engine_type(column.data_type) ~ ") as " ~ column.name) %}
    {% endfor %}
    {% set leaves, people = "false as leaves", "" %}
    {% if forget %}
        {% set leaves = "state_rows." ~ forget.column ~ " is not null and people.person_id is "
            ~ ("not null" if forget.when_in else "null") ~ " as leaves" %}
        {% set people = " left join (select distinct " ~ recmail.clean_text(forget.column) ~ " as person_id from "
            ~ recmail.relation_of('input_' ~ (forget.when_in or forget.unless_in)) ~ ") as people on state_rows."
            ~ forget.column ~ " = people.person_id" %}
    {% endif %}
    {{ return(
        "select " ~ columns | join(", ") ~ " from (select state_rows.*, " ~ leaves ~ " from (" ~ rows ~ ") as state_rows"
        ~ people ~ ") as state_rows" ~ ("" if meta.number else " where not leaves")
    ) }}
{% endmacro %}
