{#-
  On checked_<input>. Warns above var `rejected_share_warn`, fails above `rejected_share_error` (a key per input
  overrides `default`), with one sentence that says how many rows, which limit and the commonest reasons. Rows set
  aside because a shop works that way (`not_faults`) do not count.
-#}
{% test rejected_share_is_small(model, input_name, not_faults=[]) %}
{% if execute %}
    {% set limits = {} %}
    {% for level in ['warn', 'error'] %}
        {% set by_input = var('rejected_share_' ~ level) %}
        {% do limits.update({level: by_input.get(input_name, by_input['default'])}) %}
    {% endfor %}
    {% set is_fault = "reject_reasons not in ('', '" ~ not_faults | join("', '") ~ "')" %}
    {% set counts = run_query(
        "select count(*), count(*) filter (where " ~ is_fault ~ ") from " ~ model
    )[0] %}
    {% set share = counts[1] / counts[0] if counts[0] else 0 %}
    {% if share > limits['warn'] %}
        {% set reasons = [] %}
        {% for row in run_query(
            "select reject_reasons, count(*) from " ~ model ~ " where " ~ is_fault
            ~ " group by reject_reasons order by count(*) desc, reject_reasons limit 3"
        ) %}
            {% do reasons.append(row[0] ~ " (" ~ row[1] ~ ")") %}
        {% endfor %}
        {% set level = 'error' if share > limits['error'] else 'warn' %}
        {% set message = "table " ~ input_name ~ ": " ~ counts[1] ~ " of " ~ counts[0] ~ " rows rejected, "
            ~ '%.1f' | format(100 * share) ~ " %; expected at most " ~ 100 * limits[level]
            ~ " % (var rejected_share_" ~ level ~ "). Commonest: " ~ reasons | join(", ")
            ~ ". All of them: staging.checked_" ~ input_name ~ " where reject_reasons <> ''" %}
        {% if level == 'error' %}{% do exceptions.raise_compiler_error(message) %}{% endif %}
        {% do exceptions.warn(message) %}
    {% endif %}
{% endif %}
select 1 as failure where false
{% endtest %}
