{#-
  The from-clause that reads a CSV file, every field as text, with column `row_fault`: what is wrong with a row as a row
  of a file. The dialect is set, not sniffed, which would judge by the first rows alone: quotes are ", doubled within
  quotes, and lines end in LF or CRLF or both by turns. A short row has nulls, since programs leave out what is empty at
  its end; of a line that is no text there is what can be read of it, and its fault. No message shows what stands in a
  line.
-#}
{% macro csv_rows(table_name, csv) %}
    {% set file_name = table_name ~ '.csv' %}
    {% set text = fromjson(run_query("select csv_text(" ~ csv ~ ")")[0][0]) %}
    {% if text['encoding'] not in ('utf-8', 'utf-16', 'latin-1') %}
        {% do exceptions.raise_compiler_error(
            file_name ~ " is neither UTF-8 nor Latin-1, it seems to be " ~ text['encoding'] ~ " (line "
            ~ text['bad_lines'] | list | first ~ "): save it as \"CSV UTF-8\" and run again"
        ) %}
    {% elif text['bad_lines'] and table_name == 'erasure_requests' %}
        {% do exceptions.raise_compiler_error(
            file_name ~ ": line " ~ text['bad_lines'] | list | first ~ " is no text, so that nobody can tell who asks to be"
            ~ " erased: mend it and run again"
        ) %}
    {% endif %}
    {% set dialect = recmail.csv_dialect(recmail.input_contract(table_name), text['header']) %}
    {% set fields, expressions, readable = {}, [], [] %}
    {% for name in dialect['names'] %}
        {% do fields.update({'field_' ~ loop.index: 'varchar'}) %}
        {% if name %}
            {% do expressions.append('field_' ~ loop.index ~ " as " ~ adapter.quote(name)) %}
            {% do readable.append('fields[' ~ loop.index ~ ']') %}
        {% endif %}
    {% endfor %}
    {% do expressions.append(
        "case when one_too_many is not null then 'row has more fields than the header'"
        ~ (" when field_2 is null then 'row has one field alone'" if fields | length > 1 else "")
        ~ " end as row_fault"
    ) %}
    {% do readable.append('fields[-1]') %}
    {% set place = csv ~ ", '" ~ text['encoding'] ~ "', '" ~ dialect['delimiter'] ~ "'" %}
    {% if text['has_open_quotes'] %}
        {% set row = run_query("select csv_open_quote(" ~ place ~ ")")[0][0] %}
        {% if row is not none %}
            {% do exceptions.raise_compiler_error(
                file_name ~ ": a quote in row " ~ row ~ " below the header is not closed, so that the rows after it are"
                ~ " read as one field: close it, or double it within quotes, and run again"
            ) %}
        {% endif %}
    {% endif %}
    {% do fields.update({'one_too_many': 'varchar'}) %}
    {#- without rows that can't be read, which have their fault from csv_text -#}
    {% set select = "select " ~ expressions | join(', ') ~ " from read_csv(" ~ csv ~ ", columns = " ~ fields
        ~ ", delim = '" ~ dialect['delimiter'] ~ "', quote = '\"', escape = '\"', header = false, skip = 1"
        ~ ", nullstr = chr(1), null_padding = true, strict_mode = false, parallel = false, auto_detect = false"
        ~ ", encoding = '" ~ text['encoding'] ~ "', ignore_errors = true)" %}
    {% if text['bad_lines'] %}
        {% set select = select ~ " union all select " ~ readable | join(', ') ~ " from (select unnest(csv_bad_rows(" ~ place
            ~ ", " ~ dialect['names'] | length ~ ")) as fields)" %}
    {% endif %}
    {{ return("(" ~ select ~ ") as input_file") }}
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
