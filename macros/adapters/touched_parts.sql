{#-
    What stands for is_in_part of the key (\1) where rows of touched users alone are made. A list of keys is pushed down to
    where tables are read, through windows too, and row groups without any of them are skipped; where touched users are
    many the range is read and the others are left out of it.
    Measured on ten million rows of 100,000 users: 0.09 CPU seconds for a list of 64, 0.9 for 256, 4.5 for 1,024.
-#}
{% macro touched_parts(touched, range_size) %}
    {% if not range_size %}{{ return(['\\1 in (select user_key from ' ~ touched ~ ')']) }}{% endif %}
    {% set keys_per_list = 64 %}
    {% set rows = run_query(
        "with keys as (select distinct user_key, user_key // " ~ range_size ~ " as part from " ~ touched ~ "), "
        ~ "counted as (select *, count(*) over (partition by part) * 16 > " ~ range_size ~ " as is_many from keys), "
        ~ "numbered as (select *, row_number() over (partition by is_many order by user_key) - 1 as place from counted) "
        ~ "select is_many, min(user_key), max(user_key), string_agg(user_key, ', ' order by user_key) from numbered "
        ~ "group by is_many, case when is_many then part else place // " ~ keys_per_list ~ " end order by all"
    ) %}
    {% set conditions = [] %}
    {% for is_many, low, high, keys in rows %}
        {% do conditions.append(
            '(\\1 between ' ~ low ~ ' and ' ~ high ~ ' and \\1 in (select user_key from ' ~ touched ~ '))'
            if is_many else '\\1 in (' ~ keys ~ ')'
        ) %}
    {% endfor %}
    {{ return(conditions) }}
{% endmacro %}
