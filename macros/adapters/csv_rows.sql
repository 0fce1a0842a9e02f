{#-
  The from-clause that reads a CSV file, every field as text, with column `row_fault`: what is wrong with a row as a row
  of a file. The dialect is set, not sniffed, which would judge by the first rows alone: quotes are ", doubled within
  quotes, and lines end in LF or CRLF or both by turns. A short row has nulls, since programs leave out what is empty at
  its end; a line that is no text is there with nothing but its fault. No message shows what stands in a line.
-#}
{% macro csv_rows(table_name, csv) %}
    {% set file_name = table_name ~ '.csv' %}
    {% set text = fromjson(run_query("select csv_text(" ~ csv ~ ")")[0][0]) %}
    {% if text['encoding'] not in ('utf-8', 'utf-16', 'latin-1') %}
        {% do exceptions.raise_compiler_error(
            file_name ~ " is neither UTF-8 nor Latin-1, it seems to be " ~ text['encoding'] ~ " (line "
            ~ text['bad_lines'] | list | first ~ "): save it as \"CSV UTF-8\" and run again"
        ) %}
    {% endif %}
    {% set dialect = recmail.csv_dialect(recmail.input_contract(table_name), text['header']) %}
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
    {% if text['has_open_quotes'] %}
        {% set rows = recmail.csv_reader(csv, text['encoding'], dialect['delimiter'], fields, keeps_faults=true) %}
        {% do recmail.check_csv_quotes(file_name, rows, dialect['delimiter'], fields | length) %}
    {% endif %}
    {% set select = "select " ~ expressions | join(', ') ~ " from "
        ~ recmail.csv_reader(csv, text['encoding'], dialect['delimiter'], fields) %}
    {% if text['bad_lines'] %}
        {% set faults = [] %}
        {% for line, fault in text['bad_lines'].items() %}
            {% do faults.append(recmail.literal("line " ~ line ~ " of " ~ file_name ~ " " ~ fault)) %}
        {% endfor %}
        {% set select = select ~ " union all select " ~ (nulls + ["unnest([" ~ faults | join(', ') ~ "])"]) | join(', ') %}
    {% endif %}
    {{ return("(" ~ select ~ ") as input_file") }}
{% endmacro %}


{#- without rows that can't be read, which have their fault from csv_text -#}
{% macro csv_reader(csv, encoding, delimiter, fields, keeps_faults=false) %}
    {% set columns = dict(fields, one_too_many='varchar') %}
    {{ return(
        "read_csv(" ~ csv ~ ", columns = " ~ columns ~ ", delim = '" ~ delimiter ~ "', quote = '\"', escape = '\"'"
        ~ ", header = false, skip = 1, nullstr = chr(1), null_padding = true, strict_mode = false, parallel = false"
        ~ ", auto_detect = false, encoding = '" ~ encoding ~ "', ignore_errors = true"
        ~ (", store_rejects = true, rejects_table = 'csv_faults', rejects_scan = 'csv_scans'" if keeps_faults else "")
        ~ ")"
    ) }}
{% endmacro %}


{#-
  A quote that is not closed makes one field of all lines to the next quote: it has as many delimiters as they have, or is
  too long to be read.
-#}
{% macro check_csv_quotes(file_name, rows, delimiter, field_count) %}
    {% set number_of = "length(text) - length(replace(text, {}, ''))" %}
    {% for table in ['csv_faults', 'csv_scans'] %}{% do run_query("drop table if exists " ~ table) %}{% endfor %}
    {% set places = run_query(
        "select row_number from (select row_number, " ~ number_of.format("chr(10)") ~ " as break_count, "
        ~ number_of.format(recmail.literal(delimiter)) ~ " as delimiter_count from (select row_number() over ()"
        ~ " as row_number, concat_ws('', *columns(*)) as text from " ~ rows ~ ")) where break_count > 2"
        ~ " and delimiter_count >= (break_count - 1) * " ~ [field_count - 1, 1] | max ~ " order by row_number limit 1"
    ) %}
    {% if places | length == 0 %}
        {#- DuckDB's lines are rows, the header the first #}
        {% set places = run_query(
            "select min(line) - 1 from csv_faults where error_type = 'LINE SIZE OVER MAXIMUM' having count(*) > 0"
        ) %}
    {% endif %}
    {% for table in ['csv_faults', 'csv_scans'] %}{% do run_query("drop table if exists " ~ table) %}{% endfor %}
    {% if places | length %}
        {% do exceptions.raise_compiler_error(
            file_name ~ ": a quote in row " ~ places[0][0] ~ " below the header is not closed, so that the rows after it are"
            ~ " read as one field: close it, or double it within quotes, and run again"
        ) %}
    {% endif %}
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
