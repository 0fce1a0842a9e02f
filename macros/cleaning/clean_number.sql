{#-
  An exact number with four decimals (sums do not depend on row order); null when it isn't one, NaN included. Both
  engines speak try_cast; dbt.safe_cast is a plain cast on DuckDB.
-#}
{% macro clean_number(column) -%}
    try_cast({{ clean_text(column) }} as decimal(18, 4))
{%- endmacro %}
