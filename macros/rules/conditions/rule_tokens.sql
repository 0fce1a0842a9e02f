{#-
  The tokens, and what is wrong with them. Letters are those of ASCII, so that look-alikes, other quotes and invisible
  blanks are no part of a token. What belongs together is one token: `is not distinct from`, `not in (`, `abs(`.
-#}
{% macro rule_tokens(text) %}
    {% set misplaced = {
        'in': "in needs its values in brackets: in ('a', 'b')", 'case': "expected case when", 'is': "expected is null, "
        ~ "is true, is false or is distinct from, with or without not", 'as': "expected cast(… as one of "
        ~ recmail.rule_types() | join(', ') ~ ")", 'date': "expected date '2025-12-31'",
        'timestamp': "expected timestamp '2025-12-31 23:59:59'", 'cast': "expected cast(… as …)"
    } %}
    {% set phrases = [
        'is not distinct from', 'is distinct from', 'is not null', 'is null', 'is not true', 'is true', 'is not false',
        'is false', 'not between', 'between', 'not like', 'like', 'case when'
    ] %}
    {% set blanks = '[ \\t\\r\\n]+' %}
    {% set pattern = [
        "(?P<blank>" ~ blanks ~ ")",
        "(?P<string>'(?:[^']|'')*')",
        "(?P<number>(?:[0-9]{1,15}(?:[.][0-9]{1,15})?|[.][0-9]{1,15})(?:e[+-]?[0-9]{1,2})?(?![a-z0-9_.]))",
        "(?P<moment>(?:date|timestamp)(?:" ~ blanks ~ ")?'[^']*')",
        "(?P<opening>(?:not" ~ blanks ~ "in|in|cast|" ~ recmail.rule_functions() | join('|') ~ ")(?:" ~ blanks ~ ")?[(]|[(])",
        "(?P<closing_cast>as" ~ blanks ~ "(?:" ~ recmail.rule_types() | join('|') ~ ")(?:" ~ blanks ~ ")?[)])",
        "(?P<phrase>(?:" ~ phrases | join('|') | replace(' ', blanks) ~ ")(?![a-z0-9_]))",
        "(?P<keyword>(?:and|or|not|null|true|false|when|then|else|end)(?![a-z0-9_]))",
        "(?P<word>[a-z_][a-z0-9_]*)",
        "(?P<other>--|/[*])",
        "(?P<mark><=|>=|<>|!=|[-=<>+*/,)])",
        "(?P<unknown>.)"
    ] | join('|') %}
    {% set tokens, problems = [], [] %}
    {% for found in modules.re.finditer(pattern, text, modules.re.IGNORECASE + modules.re.ASCII + modules.re.DOTALL) %}
        {% set kind, part = found.lastgroup, found.group() %}
        {% set plain = part.lower().split() | join(' ') %}
        {% if kind in ['string', 'moment'] and not is_plain_text(part) %}
            {% do problems.append(
                "a text may not hold backslashes, breaks of the line or invisible characters: " ~ part | tojson
            ) %}
        {% elif kind in ['other', 'unknown'] %}
            {% do problems.append(
                "a condition may not hold " ~ (part if part.isprintable() else part | tojson)
                ~ " outside of closed single quotes"
            ) %}
        {% elif kind == 'word' and plain in misplaced %}
            {% do problems.append(misplaced[plain]) %}
        {% elif kind == 'word' and text[found.end():].lstrip().startswith('(') %}
            {% do problems.append("unknown function " ~ part) %}
        {% elif kind == 'word' and plain not in user_feature_columns() %}
            {% do problems.append("unknown column " ~ part) %}
        {% elif kind == 'opening' %}
            {% do tokens.append({'kind': kind, 'text': part[:-1].lower().split() | join(' ')}) %}
        {% elif kind != 'blank' %}
            {% do tokens.append({'kind': kind, 'text': part if kind in ['string', 'moment'] else plain}) %}
        {% endif %}
    {% endfor %}
    {{ return((tokens, problems | unique | list)) }}
{% endmacro %}
