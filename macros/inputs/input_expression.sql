{#-
  SQL that reads one input column. A column of the contract's type is kept as it is, anything else is read as text
  and typed in staging, where what can't be typed gets its reason. Ids are cleaned here, so that erasure, the gate and
  every model compare the same ones; blanks and words for nothing are null (of a column that `keeps_words` the blanks
  alone). A list or struct is read as JSON. Absent columns are null.
-#}
{% macro input_expression(column, found_type) %}
    {% set name, contract_type = adapter.quote(column.name), column.data_type %}
    {% set as_text = "cast(" ~ name ~ " as " ~ dbt.type_string() ~ ")" %}
    {% set number_types = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINT',
        'UBIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'] %}
    {% set is_number = found_type and (number_types | select('in', found_type) | list | length > 0) %}
    {% if found_type is none %}
        {{ return("cast(null as " ~ recmail.input_absent_type(contract_type) ~ ")") }}
    {% elif contract_type == 'timestamp' and (found_type.startswith('TIMESTAMP') or found_type == 'DATE') %}
        {{ return("cast(" ~ name ~ " as timestamp)") }}
    {% elif contract_type == 'number' and is_number %}
        {{ return("cast(" ~ name ~ " as double)") }}
    {% elif contract_type == 'boolean' and found_type == 'BOOLEAN' %}
        {{ return(name) }}
    {% elif found_type.startswith('STRUCT') or found_type.endswith(']') or found_type.startswith('ARRAY') %}
        {{ return("cast(to_json(" ~ name ~ ") as " ~ dbt.type_string() ~ ")") }}
    {% elif contract_type == 'timestamp' %}
        {% set as_text = offset_without_blank(as_text) %}
    {% elif contract_type == 'id' %}
        {{ return(recmail.clean_id(as_text)) }}
    {% elif column.meta.keeps_words %}
        {{ return("case when " ~ trim_blanks(as_text) ~ " <> '' then " ~ as_text ~ " end") }}
    {% endif %}
    {#- nulls at once, which would be held against each of these words -#}
    {{ return(
        "case when " ~ as_text ~ " is null then null when " ~ trim_blanks(as_text) ~ " not in ('', "
        ~ recmail.words_for_nothing() ~ ") then " ~ as_text ~ " end"
    ) }}
{% endmacro %}


{% macro input_absent_type(contract_type) %}
    {% set types = {'timestamp': 'timestamp', 'number': 'double', 'boolean': 'boolean'} %}
    {{ return(types.get(contract_type, dbt.type_string())) }}
{% endmacro %}
