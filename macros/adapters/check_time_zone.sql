{#-
    On-run-start hook: times with an offset are made UTC by the session, so that in another time zone every time of the
    inputs is wrong by hours. recmail's own profile says UTC; one of a project that recmail is installed in has to.
-#}
{% macro check_time_zone() %}
    {% if execute %}
        {% set zone = run_query(adapter.dispatch('session_time_zone', 'recmail')())[0][0] | string %}
        {% if zone not in ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Z'] %}
            {% do exceptions.raise_compiler_error(
                "recmail reads and writes times in UTC, and the session's time zone is " ~ zone ~ "; nothing was built. Say "
                ~ "it in profiles.yml: settings: {TimeZone: UTC} (Spark: spark.sql.session.timeZone)"
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro default__session_time_zone() %}select current_timezone(){% endmacro %}


{% macro duckdb__session_time_zone() %}select current_setting('TimeZone'){% endmacro %}
