{#-
    A line of SQL that says nothing to the engine: a hash of the contents of all files that a select of inputs reads, when
    they are all Parquet files and not large; '' otherwise. Made before the files are read.
-#}
{% macro contents_of_files(select) %}
    {{ return(adapter.dispatch('contents_of_files', 'recmail')(select)) }}
{% endmacro %}


{% macro default__contents_of_files(select) %}
    {{ return('') }}
{% endmacro %}


{% macro duckdb__contents_of_files(select) %}
    {% set bytes_max = 2 ** 28 %} {#- a file is read into memory whole -#}
    {% set files = modules.re.findall("\nfrom read_parquet\\(('(?:[^']|'')*')\\)", select) | unique | sort %}
    {% if not files or select.count('\nfrom ') != select.count('\nfrom read_parquet(') %}{{ return('') }}{% endif %}
    {% set blobs = "from read_blob([" ~ files | join(', ') ~ "])" %}
    {% if run_query("select sum(size) " ~ blobs)[0][0] > bytes_max %}{{ return('') }}{% endif %}
    {{ return("\n/* files " ~ run_query("select md5(string_agg(md5(content), ' ' order by filename)) " ~ blobs)[0][0] ~ " */") }}
{% endmacro %}
