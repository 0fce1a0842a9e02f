{#-
  inputs.latest_run, one row: the content of the inputs that the latest run read, or why they can't be used. Nothing is
  mailed unless it is usable and the same content as the mails are made of. A run that reads no input leaves it as it is.
-#}
{% macro latest_run() %}
    {{ return(api.Relation.create(
        database=target.database or none,
        schema=recmail.generate_schema_name('inputs', none) | trim,
        identifier='latest_run'
    )) }}
{% endmacro %}
