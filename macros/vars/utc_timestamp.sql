{#-
  A moment in UTC as `YYYY-MM-DD HH:MM:SS.ffffff` from YYYY-MM-DD[ HH:MM[:SS[.ffffff]]][Z or an offset], read strictly;
  none for anything else. Without an offset it is UTC. YAML may have made a date or datetime of it already.
-#}
{% macro utc_timestamp(value) %}
    {% set found = modules.re.fullmatch(
        '([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(:[0-9]{2}([.][0-9]{1,6})?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?',
        value | string
    ) %}
    {% if not found or value is number %}
        {{ return(none) }}
    {% endif %}
    {% set day, minute, second, fraction, offset, offset_minutes = found.groups() %}
    {% set fields = (day ~ '-' ~ (minute or '00:00') | replace(':', '-')).split('-') | map('int') | list %}
    {% set seconds = (second or ':00')[1:3] | int %}
    {% set microseconds = ((fraction or '.0')[1:] ~ '000000')[:6] | int %}
    {% set month_days = [31, 29 if fields[0] % 4 == 0 and (fields[0] % 100 != 0 or fields[0] % 400 == 0) else 28,
        31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {% set shift = 0 if not offset or offset == 'Z' else
        (60 * offset[1:3] | int + ((offset_minutes or '0').lstrip(':') | int)) * (-1 if offset[0] == '-' else 1) %}
    {% if not (1900 <= fields[0] <= 2200 and 1 <= fields[1] <= 12 and 1 <= fields[2] <= month_days[fields[1] - 1]
        and fields[3] < 24 and fields[4] < 60 and seconds < 60 and -1440 < shift < 1440) %}
        {{ return(none) }}
    {% endif %}
    {% set local = modules.datetime.datetime(
        fields[0], fields[1], fields[2], fields[3], fields[4], seconds, microseconds
    ) %}
    {{ return((local - modules.datetime.timedelta(minutes=shift)).strftime('%Y-%m-%d %H:%M:%S.%f')) }}
{% endmacro %}
