{#-
    The last day of an offer, as readers understand "until": one that ends at midnight has the day before, and where the
    reader's date (UTC where no time zone is known) and that of UTC differ, it is the earlier of the two.
-#}
{% macro offer_last_day(ends_at, timezone) -%}
    {%- set last_second = dbt.dateadd('second', -1, ends_at) -%}
    least(
        cast({{ last_second }} as date),
        cast({{ local_time(last_second, "coalesce(" ~ timezone ~ ", 'UTC')") }} as date)
    )
{%- endmacro %}
