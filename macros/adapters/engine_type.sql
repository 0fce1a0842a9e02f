{#- A type as YAML files name it (DuckDB's), in the engine's words. -#}
{% macro engine_type(data_type) %}
    {{ return(adapter.dispatch('engine_type', 'recmail')(data_type)) }}
{% endmacro %}


{% macro default__engine_type(data_type) %}
    {{ return(data_type) }}
{% endmacro %}


{#- a list ends in [], a struct stands as struct(name type, …); a comma before a digit is a decimal's -#}
{% macro spark__engine_type(data_type) %}
    {% set type = data_type | replace('"', '') | trim %}
    {% if type.endswith('[]') %}
        {{ return('array<' ~ recmail.engine_type(type[:-2]) ~ '>') }}
    {% elif type.startswith('struct(') %}
        {% set fields = [] %}
        {% for field in modules.re.split(',\\s*(?![0-9\\s])', type[7:-1]) %}
            {% set name, field_type = field.split(maxsplit=1) %}
            {% do fields.append(name ~ ': ' ~ recmail.engine_type(field_type)) %}
        {% endfor %}
        {{ return('struct<' ~ fields | join(', ') ~ '>') }}
    {% endif %}
    {{ return('string' if type == 'varchar' else type) }}
{% endmacro %}
