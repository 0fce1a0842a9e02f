{#-
  What a from-clause reads, less older copies of a row, which exports that overlap and connectors that append leave: of
  those with one `key` the copy that was read last stands, else the one that the source changed last; copies of one time
  are alike. Where neither time is written all stay.
-#}
{% macro latest_copies(found, columns, key) %}
    {% set names = ['_airbyte_extracted_at', '_fivetran_synced', 'updated_at', 'updated', 'date_modified_gmt'] %}
    {% set times = [] %}
    {% for name in names if name in columns %}
        {% set text = offset_without_blank("cast(" ~ adapter.quote(name) ~ " as " ~ dbt.type_string() ~ ")") %}
        {% do times.append(clean_timestamp(text) ~ " desc") %}
    {% endfor %}
    {% if not times or key not in columns %}{{ return(found) }}{% endif %}
    {{ return(
        "(select * from " ~ found ~ " qualify " ~ key ~ " is null or row_number() over (partition by " ~ key
        ~ " order by " ~ times | join(', ') ~ ") = 1) as latest_copies"
    ) }}
{% endmacro %}
