{#-
  The from-clause that reads a CSV file, every field as text, with column `row_fault`: what is wrong with a row as a row
  of a file. The dialect is set, not sniffed, which would judge by the first rows alone: quotes are ", doubled within
  quotes, and lines end in LF or CRLF or both by turns. A short row has nulls, since programs leave out what is empty at
  its end, and a row that is not text of the file's encoding is there with nothing but its fault.
-#}
{% macro csv_rows(table_name, csv) %}
    {% set file_name = table_name ~ '.csv' %}
    {% set text = recmail.csv_encoding(csv, file_name) %}
    {% set dialect = recmail.csv_dialect(recmail.input_contract(table_name), recmail.csv_first_line(csv, text['encoding'])) %}
    {% set fields, expressions, nulls = {}, [], [] %}
    {% for name in dialect['names'] %}
        {% do fields.update({'field_' ~ loop.index: 'varchar'}) %}
        {% if name %}
            {% do expressions.append('field_' ~ loop.index ~ " as " ~ adapter.quote(name)) %}
            {% do nulls.append('null') %}
        {% endif %}
    {% endfor %}
    {% do expressions.append(
        "case when one_too_many is not null then 'row has more fields than the header'"
        ~ (" when field_2 is null then 'row has one field alone'" if fields | length > 1 else "")
        ~ " end as row_fault"
    ) %}
    {% do fields.update({'one_too_many': 'varchar'}) %}
    {% set select = "select " ~ expressions | join(', ') ~ " from read_csv(" ~ csv ~ ", columns = " ~ fields
        ~ ", delim = '" ~ dialect['delimiter'] ~ "', quote = '\"', escape = '\"', header = false, skip = 1"
        ~ ", nullstr = chr(1), null_padding = true, strict_mode = false, parallel = false, auto_detect = false"
        ~ ", encoding = '" ~ text['encoding'] ~ "'" %}
    {% if not text['bad_lines'] %}{{ return("(" ~ select ~ ")) as input_file") }}{% endif %}
    {{ return(
        "(" ~ select ~ ", ignore_errors = true) union all select " ~ nulls | join(', ') ~ ", 'line ' || line || ' of "
        ~ file_name ~ " is not UTF-8 text' from unnest(" ~ text['bad_lines'] ~ ") as bad_lines (line)) as input_file"
    ) }}
{% endmacro %}


{#- of the usual delimiters the one by which the header names most columns of the contract; '' for a column of no name -#}
{% macro csv_dialect(contract, first_line) %}
    {% set contract_names = contract.columns | map(attribute='name') | list %}
    {% set best = {'delimiter': ',', 'names': [], 'known': []} %}
    {% for delimiter in [',', ';', '\t', '|'] %}
        {% set names, known = [], [] %}
        {% for field in first_line.split(delimiter) %}
            {% set name = modules.re.sub('^[^A-Za-z0-9_]+|[^A-Za-z0-9_]+$', '', field) | lower %}
            {% do names.append('' if name in names else name) %}
            {% if name in contract_names %}{% do known.append(name) %}{% endif %}
        {% endfor %}
        {% if loop.first or known | length > best['known'] | length %}
            {% do best.update({'delimiter': delimiter, 'names': names, 'known': known}) %}
        {% endif %}
    {% endfor %}
    {% for name in best['known'] if best['known'].count(name) > 1 %}
        {% do exceptions.raise_compiler_error(
            contract.table_name ~ ".csv: its header names column " ~ name ~ " more than once"
        ) %}
    {% endfor %}
    {{ return(best) }}
{% endmacro %}


{% macro csv_first_line(csv, encoding) %}
    {% set lines = run_query("select line from " ~ recmail.csv_lines(csv, encoding) ~ " limit 1") %}
    {{ return((lines[0][0] or '') if lines | length else '') }}
{% endmacro %}


{% macro csv_lines(csv, encoding) %}
    {{ return(
        "read_csv(" ~ csv ~ ", columns = {'line': 'varchar'}, delim = chr(2), quote = '', escape = '', header = false"
        ~ ", strict_mode = false, auto_detect = false, encoding = '" ~ encoding ~ "', ignore_errors = true"
        ~ ", store_rejects = true, rejects_table = 'bad_lines', rejects_scan = 'bad_scans')"
    ) }}
{% endmacro %}


{#-
  {encoding, bad_lines: numbers of the lines that aren't text of it}. The whole file is looked through, a buffer at a time.
  UTF-16 of programs that write it has zero bytes. Bad lines among more good ones that are not ASCII are damaged UTF-8; where
  most are bad the file is taken for Latin-1, in which every byte is a letter but those that Windows-1252 added, which
  DuckDB doesn't read.
-#}
{% macro csv_encoding(csv, file_name) %}
    {% do run_query("drop table if exists bad_lines") %}
    {% do run_query("drop table if exists bad_scans") %}
    {% set seen = run_query(
        "select count_if(contains(line, chr(0))), count_if(regexp_matches(line, '[^\\x00-\\x7F]')) from "
        ~ recmail.csv_lines(csv, 'utf-8')
    )[0] %}
    {% if seen[0] %}{{ return({'encoding': 'utf-16', 'bad_lines': []}) }}{% endif %}
    {% set bad_lines = [] %}
    {% for row in run_query("select distinct line from bad_lines order by line") %}{% do bad_lines.append(row[0] | int) %}{% endfor %}
    {% if bad_lines | length <= seen[1] %}{{ return({'encoding': 'utf-8', 'bad_lines': bad_lines}) }}{% endif %}
    {% if run_query(
        "select regexp_matches(cast(content as varchar), '\\\\x[89][0-9A-F]') from read_blob(" ~ csv ~ ")"
    )[0][0] %}
        {% do exceptions.raise_compiler_error(
            file_name ~ " is neither UTF-8 nor Latin-1, but Windows-1252, as Excel writes it, or the like (line "
            ~ bad_lines[0] ~ "): save it as \"CSV UTF-8\" and run again"
        ) %}
    {% endif %}
    {{ return({'encoding': 'latin-1', 'bad_lines': []}) }}
{% endmacro %}
