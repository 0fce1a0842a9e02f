{#- The rules that single rows of an input must keep, in the order of their reasons: [{reason, when, is_fault}]. -#}
{% macro row_rules(contract) %}
    {% set columns = {} %}
    {% for column in contract.columns %}{% do columns.update({column.name: column}) %}{% endfor %}
    {% set rules = [] %}
    {% for entry in contract.meta.rules %}
        {% if entry is string %}
            {% do rules.extend(recmail.column_rules(columns[entry])) %}
        {% else %}
            {% do rules.append({
                'reason': entry.reason, 'when': entry.when, 'is_fault': entry.get('is_fault', true)
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}


{#- what the contract asks of one column, in words (input_checks/suite.py has them too) and in SQL -#}
{% macro column_rules(column) %}
    {% set name, meta, rules = column.name, column.meta, [] %}
    {% if meta.required %}
        {% set kinds = {'number': ' or not a number', 'timestamp': ' or not a timestamp'} %}
        {% do rules.append([name ~ ' is missing' ~ kinds.get(column.data_type, ''), name ~ ' is null']) %}
    {% endif %}
    {% if 'values' in meta %}
        {% do rules.append([name ~ ' is unknown', name ~ ' not in (' ~ recmail.literals(meta['values']) ~ ')']) %}
    {% endif %}
    {% if 'not_before' in meta %}
        {% do rules.append([
            name ~ ' is impossibly early', name ~ " < cast('" ~ meta.not_before ~ "' as timestamp)"
        ]) %}
    {% endif %}
    {% if 'above' in meta %}
        {% do rules.append([
            name ~ ' is not above ' ~ meta.above,
            name ~ ' <= ' ~ meta.above ~ (' and not ' ~ meta.unless if 'unless' in meta else '')
        ]) %}
    {% endif %}
    {% if 'at_most' in meta %}
        {% do rules.append([name ~ ' is absurd', name ~ ' > ' ~ meta.at_most]) %}
    {% endif %}
    {% if 'between' in meta %}
        {% do rules.append([
            name ~ ' is not between ' ~ meta.between | join(' and '),
            name ~ ' not between ' ~ meta.between | join(' and ')
        ]) %}
    {% endif %}
    {% if 'known_in' in meta %}
        {% do rules.append([
            name ~ ' is not in ' ~ meta.known_in,
            name ~ ' is not null and not ' ~ name | replace('_id', '') ~ '_is_known'
        ]) %}
    {% endif %}
    {% set described = [] %}
    {% for reason, when in rules %}
        {% do described.append({'reason': reason, 'when': when, 'is_fault': true}) %}
    {% endfor %}
    {{ return(described) }}
{% endmacro %}
