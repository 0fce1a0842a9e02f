{#-
  inputs.latest_run, one row: the content of the inputs that the latest run read, or why they can't be used. Nothing is
  mailed unless it is usable and the same content as the mails are made of. A run that reads no input leaves it as it is.
-#}
{% macro latest_run() %}
    {{ return(api.Relation.create(
        database=target.database,
        schema=recmail.generate_schema_name('inputs', none) | trim,
        identifier='latest_run'
    )) }}
{% endmacro %}


{% macro nodes_of_the_gate() %}
    {% set nodes = ['model.recmail.input_contract', 'model.recmail.input_fingerprint', 'model.recmail.input_validation_results'] %}
    {% for name in recmail.input_names() %}
        {% do nodes.append('model.recmail.input_' ~ name) %}
    {% endfor %}
    {{ return(nodes) }}
{% endmacro %}


{% macro write_latest_run(fingerprint, problem) %}
    {% set text = dbt.type_string() %}
    {% do run_query(
        "create or replace table " ~ recmail.latest_run() ~ " as select "
        ~ "cast(" ~ recmail.literal_or_null(invocation_id) ~ " as " ~ text ~ ") as invocation_id, "
        ~ "cast(" ~ recmail.literal_or_null(fingerprint) ~ " as " ~ text ~ ") as input_fingerprint, "
        ~ "cast(" ~ recmail.literal_or_null(problem) ~ " as " ~ text ~ ") as problem"
    ) %}
{% endmacro %}


{% macro literal_or_null(value) %}
    {{ return('null' if value is none else recmail.literal(value)) }}
{% endmacro %}
