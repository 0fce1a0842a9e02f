{#-
    Of a timeless table with config `news` a round deletes and inserts the rows that follow from changed web events
    (stg_changed_web_events): `{of: the models that these come from, key: row_hash, or user_id for all rows of the users}`.
    Returns whether it could: all else that the table is made of is what it was, and the change begins with what it was made
    of last. A run that ended between two such tables leaves that untrue, and the later one is made anew.
-#}
{% macro write_news(target_relation, code, made_of, comments) %}
    {% set news, comment = config.get('news'), comments.get(target_relation.schema ~ '.' ~ target_relation.identifier) %}
    {% if not news or not comment or not recmail.is_round_of_news() %}{{ return(false) }}{% endif %}
    {% set known = recmail.made_of_comment(comment) %}
    {% set before = [] %}
    {% for name in news.of if not name.startswith('input_') %}
        {% set parent = recmail.relation_of(name) %}
        {% set known_parent = recmail.made_of_comment(comments.get(parent.schema ~ '.' ~ parent.identifier, '')) %}
        {% do before.append(known_parent.before) %}
    {% endfor %}
    {% if known.rest != made_of.rest or known.as_of > made_of.as_of
        or (before and known.news != local_md5(before | join(' '))) %}
        {{ return(false) }}
    {% endif %}

    {% set changed = recmail.relation_of('stg_changed_web_events') %}
    {#- where much has changed all rows are made in less time -#}
    {% set all_rows = recmail.relation_of('checked_web_events') %}
    {% set counts = run_query("select (select count(*) from " ~ changed ~ "), (select count(*) from " ~ all_rows ~ ")")[0] %}
    {% if not 0 < counts[0] * 4 < counts[1] %}{{ return(false) }}{% endif %}
    {% set keys = "select row_hash from " ~ changed %}
    {% if news.key == 'user_id' %}
        {% set keys = "select user_id from " ~ changed ~ " where user_id is not null union select identities.user_id from "
            ~ recmail.relation_of('int_identities') ~ " as identities inner join " ~ changed
            ~ " as changed on identities.anonymous_id = changed.anonymous_id" %}
    {% endif %}
    {% set marker = 'true /\\* of news: (.*?) \\*/' %}
    {% if not modules.re.search(marker, code) %}
        {{ exceptions.raise_compiler_error('recmail: ' ~ target_relation.identifier ~ ' does not say is_news(key)') }}
    {% endif %}
    {% call statement('main') %}
        delete from {{ target_relation }} where {{ news.key }} in ({{ keys }})
    {% endcall %}
    {% call statement('news') %}
        insert into {{ target_relation }} by name {{ modules.re.sub(marker, '\\1 in (' ~ keys ~ ')', code) }}
    {% endcall %}
    {{ return(true) }}
{% endmacro %}
