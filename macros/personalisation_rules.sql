{#-
  Var `personalisation_rules`, checked while the project is parsed: a rule that names an unknown column, effect or
  function, or can't be told where it ends, stops every command with one message that names the rule.
-#}
{% macro personalisation_rules() %}
    {% set problems = [] %}
    {% set names = [] %}
    {% for rule in var('personalisation_rules') %}
        {% for problem in recmail.rule_problems(rule) + recmail.condition_problems(rule.get('when')) %}
            {% do problems.append("rule " ~ rule.get('name', loop.index) ~ ": " ~ problem) %}
        {% endfor %}
        {% if rule.get('name') in names %}
            {% do problems.append("rule " ~ rule.get('name') ~ ": another rule has this name") %}
        {% endif %}
        {% do names.append(rule.get('name')) %}
    {% endfor %}
    {% if problems %}
        {% do exceptions.raise_compiler_error(
            "personalisation_rules in dbt_project.yml can't be used:\n- " ~ problems | join("\n- ")
            ~ "\nA condition may use these columns: " ~ user_feature_columns() | join(', ')
        ) %}
    {% endif %}
    {{ return(var('personalisation_rules')) }}
{% endmacro %}


{#- what is wrong with a rule, its condition apart -#}
{% macro rule_problems(rule) %}
    {% set effects = ['offer', 'boost_category', 'block_category', 'choose_block', 'choose_subject'] %}
    {% set keys = ['name', 'when', 'effect', 'value', 'factor', 'priority'] %}
    {% set problems = [] %}
    {% if not modules.re.fullmatch('[a-z][a-z0-9_]*', rule.get('name', '') | string) %}
        {% do problems.append("expected a name in lower case, with digits and _ only") %}
    {% endif %}
    {% if rule.get('effect') not in effects %}
        {% do problems.append(
            "unknown effect " ~ rule.get('effect', '(none)') ~ "; expected one of " ~ effects | join(', ')
        ) %}
    {% endif %}
    {% if not rule.get('value') %}
        {% do problems.append("expected a value: the offer, category, play or subject that the effect is about") %}
    {% endif %}
    {% if (rule.get('effect') == 'boost_category') != ('factor' in rule) %}
        {% do problems.append("expected a factor with effect boost_category, and with no other") %}
    {% elif 'factor' in rule and (rule['factor'] is not number or rule['factor'] <= 0) %}
        {% do problems.append("expected a factor above 0 (block_category takes a category out)") %}
    {% endif %}
    {% if rule.get('priority') is not integer %}
        {% do problems.append("expected a whole number as priority, 1 for the first") %}
    {% endif %}
    {% for key in rule if key not in keys %}
        {% do problems.append("unknown key " ~ key ~ "; expected " ~ keys | join(', ')) %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}


{#- what is wrong with a condition: it must be one predicate over columns of int_user_features, and end where it ends -#}
{% macro condition_problems(condition) %}
    {% if condition is not string or not condition.strip() %}
        {{ return(["expected a condition in `when`, as text"]) }}
    {% endif %}
    {% set words = ['and', 'or', 'not', 'in', 'is', 'null', 'true', 'false', 'between', 'like', 'case', 'when', 'then',
        'else', 'end', 'distinct', 'from', 'cast', 'as', 'date', 'timestamp'] %}
    {% set functions = ['abs', 'ceil', 'coalesce', 'concat', 'floor', 'greatest', 'least', 'length', 'lower', 'mod',
        'nullif', 'round', 'upper'] %}
    {% set problems = [] %}
    {% set code = modules.re.sub("'(?:[^']|'')*'", ' ', condition) %}
    {% for mark in ["'", '"', ';', '--', '/*', '{', '\\'] if mark in code %}
        {% do problems.append("a condition may not hold " ~ mark ~ " outside of closed single quotes") %}
    {% endfor %}
    {% set depth = namespace(now=0, least=0) %}
    {% for bracket in modules.re.findall('[()]', code) %}
        {% set depth.now = depth.now + (1 if bracket == '(' else -1) %}
        {% set depth.least = [depth.least, depth.now] | min %}
    {% endfor %}
    {% if depth.now != 0 or depth.least < 0 %}
        {% do problems.append("brackets do not match") %}
    {% endif %}
    {% for word, bracket in modules.re.findall('(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_]*)([ ]*[(])?', code) %}
        {% set is_known = word | lower in words or word in user_feature_columns()
            or (bracket and word | lower in functions) %}
        {% if not is_known %}
            {% do problems.append("unknown " ~ ('function ' if bracket else 'column ') ~ word) %}
        {% endif %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}
