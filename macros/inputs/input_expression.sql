{#-
  SQL that reads one input column. A column of the contract's type is kept as it is, anything else is read as text
  and typed in staging, where what can't be typed gets its reason. Absent columns are null. Ids that were stored as
  floating numbers (pandas does that to 12346) lose their ".0".
-#}
{% macro input_expression(column_name, contract_type, found_type) %}
    {% set as_text = "cast(" ~ adapter.quote(column_name) ~ " as " ~ dbt.type_string() ~ ")" %}
    {% set number_types = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINT',
        'UBIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'] %}
    {% set is_number = found_type and (number_types | select('in', found_type) | list | length > 0) %}
    {% if found_type is none %}
        {{ return("cast(null as " ~ recmail.input_absent_type(contract_type) ~ ")") }}
    {% elif contract_type == 'timestamp' and (found_type.startswith('TIMESTAMP') or found_type == 'DATE') %}
        {{ return("cast(" ~ adapter.quote(column_name) ~ " as timestamp)") }}
    {% elif contract_type == 'number' and is_number %}
        {{ return("cast(" ~ adapter.quote(column_name) ~ " as double)") }}
    {% elif contract_type == 'boolean' and found_type == 'BOOLEAN' %}
        {{ return(adapter.quote(column_name)) }}
    {% elif contract_type == 'id' and is_number %}
        {{ return("regexp_replace(" ~ as_text ~ ", '[.]0+$', '')") }}
    {% endif %}
    {{ return(as_text) }}
{% endmacro %}


{% macro input_absent_type(contract_type) %}
    {% set types = {'timestamp': 'timestamp', 'number': 'double', 'boolean': 'boolean'} %}
    {{ return(types.get(contract_type, dbt.type_string())) }}
{% endmacro %}
