{#-
    How many rows a range of keys has at most: said after `is_in_part`, where they meet a table that each range reads whole.
    Nothing is cut. DuckDB takes any range for a fifth of its table and hashes what it takes for the smaller side: from
    200,000 users on everybody's lists, anew for each range, which grows with users squared. table_in_parts makes a limit of
    it, which DuckDB believes: 0.2 CPU seconds instead of 0.4 for 1,024 of a million users.
-#}
{% macro rows_of_a_range(rows_max) -%}
    /* at most {{ rows_max }} rows a range */
{%- endmacro %}
