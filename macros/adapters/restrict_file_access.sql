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
  Files are allowed by name, so that an input may be a link into another folder; no other link or `..` gets out.
  A process that runs dbt twice on one connection finds it restricted already. `lock_configuration` is not needed, since
  DuckDB widens none of these while the database is open, and would refuse what the profile sets per connection.
-#}
{% macro duckdb__restrict_file_access() %}
    {% set files = [] %}
    {% for seed in graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') %}
        {% do files.append(recmail.literal(adapter.get_seed_file_path(seed))) %}
    {% endfor %}
    {% for name in recmail.input_names() if not var('input_schema') %}
        {% for ending in ['parquet', 'csv'] %}
            {% do files.append(recmail.literal(recmail.input_file(name, ending))) %}
        {% endfor %}
    {% endfor %}
    {% for name in recmail.ledger_names() if var('ledger_location') %}
        {% do files.append(recmail.literal(recmail.ledger_file(name))) %}
    {% endfor %}
    {% for table in graph.nodes.values() if table.config.meta.source in var('sources') %}
        {% set names = table.config.meta.names + recmail.holders_of_lists(table.config.meta.get('lists', [])) %}
        {% for name in names if '/' in recmail.source_place(table.config.meta.source) %}
            {% for path in recmail.connector_files(table.config.meta.source, name) %}
                {% do files.append(recmail.literal(path)) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {% if run_query("select current_setting('enable_external_access')")[0][0] %}
        {% do run_query("set allowed_paths = [" ~ files | join(', ') ~ "]") %}
        {% do run_query("set enable_external_access = false") %}
        {#- a profile of somebody's own may read no CSV and go without the plugin -#}
        {% if run_query("select 1 from duckdb_functions() where function_name = 'allow_csv_files'") | length %}
            {% do run_query("select allow_csv_files([" ~ files | join(', ') ~ "])") %}
        {% endif %}
    {% endif %}
{% endmacro %}
