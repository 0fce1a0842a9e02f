{#-
  First on-run-start hook: one message names every var that is not what var_types() says, and nothing runs. dbt renders
  hooks when it reads the project, too, so that commands without hooks (compile, show, list) stop as well. A name in --vars
  that no var has is warned of, since dbt says nothing; not where recmail is a package, as it may be another's.
-#}
{% macro check_vars() %}
    {% set problems = [] %}
    {% for name, type in var_types().items() %}
        {% set problem = recmail.var_problem(var(name), type) %}
        {% if problem %}
            {% do problems.append(name ~ " is " ~ (var(name) | string or "blank") | truncate(100) ~ ": expected " ~ problem) %}
        {% endif %}
    {% endfor %}
    {% if execute and project_name == 'recmail' %}
        {% for name in (invocation_args_dict.get('vars') or {}) if name not in var_types() %}
            {% do exceptions.warn("--vars names " ~ (name | string | truncate(100)) ~ ", which is no var: it changes nothing") %}
        {% endfor %}
    {% endif %}
    {% if problems %}
        {% do exceptions.raise_compiler_error(
            "Vars that can't be used (dbt_project.yml says what each means); nothing was built:\n- " ~ problems | join("\n- ")
        ) %}
    {% endif %}
{% endmacro %}


{#- what was expected instead of a value, none when it is right -#}
{% macro var_problem(value, type) %}
    {% set name = type['type'] %}
    {% set number = value is number and value is not boolean %}
    {% if value is none and type.get('nullable') %}
        {{ return(none) }}
    {% elif name == 'rules' %}
        {{ return(none if value is none or (value is sequence and value is not string and value is not mapping)
            else "a list of rules (docs/playbook.md)") }}
    {% elif name in ['number', 'whole', 'share'] %}
        {% set least, most = type.get('least', 0), type.get('most', 1) %}
        {% set is_right = number and least <= value <= most and (name != 'whole' or value is integer) %}
        {{ return(none if is_right else
            ("a whole number" if name == 'whole' else "a number") ~ " from " ~ least ~ " to " ~ most
            ~ (" or null" if type.get('nullable') else "")) }}
    {% elif name == 'boolean' %}
        {{ return(none if value is boolean else "true or false") }}
    {% elif name == 'moment' %}
        {{ return(none if utc_timestamp(value) else
            "a time such as 2025-06-01, 2025-06-01 12:30:00 (UTC) or 2025-06-01 12:30:00+02:00, or null") }}
    {% elif name == 'text' %}
        {% set is_right = value is string and (value.strip() or modules.re.fullmatch(type.get('like', '.+'), ''))
            and value | length <= 1000 and is_plain_text(value)
            and modules.re.fullmatch(type.get('like', '.*'), value) %}
        {{ return(none if is_right else type.get(
            'example', "one line of text, at most 1000 characters, without backslashes and invisible characters"
        ) ~ (" or null" if type.get('nullable') else "")) }}
    {% elif name == 'word' %}
        {{ return(none if value is string and value in type['of'] else "one of " ~ type['of'] | join(', ')) }}
    {% elif 'or' in type and value is string %}
        {{ return(recmail.var_problem(value, type['or'])) }}
    {% elif name == 'words' %}
        {% set is_right = value is sequence and value is not string and value is not mapping
            and value | reject('in', type['of']) | list | length == 0
            and value | unique | list | length == value | length %}
        {{ return(none if is_right else "a list, each once, of " ~ type['of'] | join(', ')) }}
    {% elif name == 'map' %}
        {% set is_right = value is mapping and value.keys() | reject('in', type['of']) | list | length == 0 %}
        {% for item in (value.values() if is_right else []) if recmail.var_problem(item, type['values']) %}
            {{ return("each value to be " ~ recmail.var_problem(item, type['values'])) }}
        {% endfor %}
        {#- a map in --vars stands for all of the one in dbt_project.yml -#}
        {% for key in (type.get('needs', []) if is_right else []) if key not in value %}
            {{ return("a value for " ~ key ~ " as well, {" ~ key ~ ": …, " ~ (value.keys() | list | first) ~ ": …}") }}
        {% endfor %}
        {{ return(none if is_right else "a mapping with keys of " ~ type['of'] | join(', ')) }}
    {% endif %}
    {% do exceptions.raise_compiler_error("var_types() has a type " ~ name ~ " that check_vars() does not know") %}
{% endmacro %}
