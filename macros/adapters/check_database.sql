{#-
    On-run-start hook: commands of recmail's build in files of their own, replays and made-up shops among them, which
    they name by RECMAIL_DATABASE. Where a host's profile has a file whatever that says, they would build in it.
-#}
{% macro check_database() %}
    {% if execute and target.type == 'duckdb' and env_var('RECMAIL_BUILDS_IN', '') not in ['', target.path] %}
        {% do exceptions.raise_compiler_error(
            "this command builds in " ~ env_var('RECMAIL_BUILDS_IN') ~ ", and the profile in " ~ target.path ~ ";"
            ~ " nothing was built. Say in profiles.yml: path: \"{{ env_var('RECMAIL_DATABASE', 'warehouse.duckdb') }}\""
        ) %}
    {% endif %}
{% endmacro %}
