{#-
  Var `personalisation_rules`, checked while the project is parsed: a rule that can't be used stops every command with
  one message that names it. Each rule comes back with `condition`, its `when` written anew (macro rule_condition): the
  text in the var itself never reaches SQL.
-#}
{% macro personalisation_rules() %}
    {% set problems = [] %}
    {% set names = [] %}
    {% set rules = [] %}
    {% for rule in var('personalisation_rules') or [] %}
        {% if rule is not mapping %}
            {% do problems.append("rule " ~ loop.index ~ ": expected name, when, effect, value and priority") %}
        {% else %}
            {% set name = rule.get('name', loop.index) %}
            {% set condition = rule_condition(rule.get('when')) %}
            {% for problem in recmail.rule_problems(rule) + condition['problems'] %}
                {% do problems.append("rule " ~ name ~ ": " ~ problem) %}
            {% endfor %}
            {% if name in names %}
                {% do problems.append("rule " ~ name ~ ": another rule has this name") %}
            {% endif %}
            {% do names.append(name) %}
            {% do rules.append(dict(rule, condition=condition['sql'])) %}
        {% endif %}
    {% endfor %}
    {% if problems %}
        {% do exceptions.raise_compiler_error(
            "personalisation_rules in dbt_project.yml can't be used:\n- " ~ problems | join("\n- ")
            ~ "\nA condition may use these columns: " ~ user_feature_columns() | join(', ')
        ) %}
    {% endif %}
    {{ return(rules) }}
{% endmacro %}


{#- what is wrong with a rule, its condition apart -#}
{% macro rule_problems(rule) %}
    {% set effects = ['offer', 'boost_category', 'block_category', 'choose_block', 'choose_subject', 'hold'] %}
    {% set keys = ['name', 'when', 'effect', 'value', 'factor', 'priority'] %}
    {% set value, factor, priority = rule.get('value'), rule.get('factor'), rule.get('priority') %}
    {% set problems = [] %}
    {% if not modules.re.fullmatch('[a-z][a-z0-9_]{0,62}', rule.get('name', '') | string) %}
        {% do problems.append("expected a name in lower case, with digits and _ only") %}
    {% endif %}
    {% if rule.get('effect') not in effects %}
        {% do problems.append(
            "unknown effect " ~ rule.get('effect', '(none)') ~ "; expected one of " ~ effects | join(', ')
        ) %}
    {% endif %}
    {% if rule.get('effect') == 'hold' and value != 'email' %}
        {% do problems.append("expected the value email with effect hold") %}
    {% elif value is boolean or (value is not string and value is not number) or not (value | string).strip() %}
        {% do problems.append("expected a value: the offer, category, play or subject that the effect is about") %}
    {% elif not is_plain_text(value) or value | string | length > 200 %}
        {% do problems.append(
            "expected a value of one line and at most 200 characters, without backslashes and invisible characters"
        ) %}
    {% endif %}
    {% if (rule.get('effect') == 'boost_category') != ('factor' in rule) %}
        {% do problems.append("expected a factor with effect boost_category, and with no other") %}
    {% elif 'factor' in rule and (factor is boolean or factor is not number or not 0.000001 <= factor <= 1000000) %}
        {% do problems.append(
            "expected a factor above 0 (block_category takes a category out), 1000000 at most"
        ) %}
    {% endif %}
    {% if priority is not integer or not -1000000 <= priority <= 1000000 %}
        {% do problems.append("expected a whole number as priority, 1 for the first") %}
    {% endif %}
    {% for key in rule if key not in keys %}
        {% do problems.append("unknown key " ~ key ~ "; expected " ~ keys | join(', ')) %}
    {% endfor %}
    {{ return(problems) }}
{% endmacro %}
