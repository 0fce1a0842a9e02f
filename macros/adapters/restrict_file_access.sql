{#-
  on-run-start hook, once the inputs are found: from here on the run reads and writes no file but those of the inputs,
  the seeds, the database and its temporary files, attaches none and loads no extension, and no statement can
  undo that. A guard behind the checks of vars and rules. In a host's project its own models decide about files.
-#}
{% macro restrict_file_access() %}
    {% if execute and project_name == 'recmail' and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') %}
        {% do adapter.dispatch('restrict_file_access', 'recmail')() %}
    {% endif %}
{% endmacro %}


{% macro default__restrict_file_access() %}
{% endmacro %}


{#-
  A process that runs dbt twice on one connection finds it restricted already. `lock_configuration` is not needed, since
  DuckDB widens none of these while the database is open, and would refuse what the profile sets per connection.
-#}
{% macro duckdb__restrict_file_access() %}
    {% set seeds = [] %}
    {% for seed in graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') %}
        {% do seeds.append(recmail.literal(adapter.get_seed_file_path(seed))) %}
    {% endfor %}
    {% set directory = '' if var('input_schema') else recmail.literal(var('input_location')) %}
    {% if run_query("select current_setting('enable_external_access')")[0][0] %}
        {% do run_query("set allowed_directories = [" ~ directory ~ "]") %}
        {% do run_query("set allowed_paths = [" ~ seeds | join(', ') ~ "]") %}
        {% do run_query("set enable_external_access = false") %}
    {% endif %}
{% endmacro %}
