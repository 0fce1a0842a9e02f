{#- Replaces the row of inputs.latest_run. -#}
{% macro write_latest_run(fingerprint, problem) %}
    {% set text = dbt.type_string() %}
    {% do recmail.replace_table(
        recmail.latest_run(),
        "select cast(" ~ recmail.literal_or_null(invocation_id) ~ " as " ~ text ~ ") as invocation_id, "
        ~ "cast(" ~ recmail.literal_or_null(fingerprint) ~ " as " ~ text ~ ") as input_fingerprint, "
        ~ "cast(" ~ recmail.literal_or_null(problem) ~ " as " ~ text ~ ") as problem"
    ) %}
{% endmacro %}
