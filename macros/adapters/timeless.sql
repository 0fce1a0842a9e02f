{#-
    Tables that are replaced in one transaction (see replaced.sql), or left as they are. A model with tag `timeless` is made
    of inputs alone. The comment on its table says what it holds (made_of_comment), so that a round (selector realtime)
    leaves it where it would be made of the same, or makes some of its rows (write_news). It is written in the transaction
    that makes the table. A table that anything else has made has no comment, and is made again.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set comments = recmail.comments_on_tables() if recmail.has_comment() else {} -%}
    {%- set made_of = recmail.made_of(compiled_code, comments) if recmail.has_comment() else none -%}
    {%- set comment = comments.get(this.schema ~ '.' ~ this.identifier) -%}
    {%- if made_of and recmail.is_what_it_would_be(made_of, comment) -%}
        {%- call noop_statement('main', 'KEPT') -%}{{ compiled_code }}{%- endcall -%}
        {{ return({'relations': [target_relation]}) }}
    {%- endif -%}
    {%- if recmail.prints_some_users(existing_relation) -%}
        {{ run_hooks(pre_hooks) }}
        {{ recmail.print_users(target_relation, compiled_code) }}
        {{ run_hooks(post_hooks) }}
        {{ adapter.commit() }}
        {{ return({'relations': [target_relation]}) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- set takes_news = made_of and recmail.write_news(target_relation, compiled_code, made_of, comments) -%}
    {%- if not takes_news -%}
        {% call statement('main', language=model.language) -%}
            {{ dropped_before(existing_relation, target_relation) }}
            {{- create_table_as(false, target_relation, compiled_code, model.language) }}
        {%- endcall %}
    {%- endif %}
    {%- if made_of %}
        {%- set before = recmail.made_of_comment(comment).content if takes_news else none -%}
        {% do run_query("comment on table " ~ target_relation ~ " is '" ~ recmail.comment_on_content(made_of, before) ~ "'") %}
    {%- endif %}
    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#- builds that make no lists are followed by no round -#}
{% macro has_comment() %}
    {{ return('timeless' in model.tags and 'model.recmail.int_touched_users' in selected_resources) }}
{% endmacro %}


{#- by schema and name -#}
{% macro comments_on_tables() %}
    {% set comments = {} %}
    {% for row in run_query(
        "select concat(schema_name, '.', table_name), comment from duckdb_tables()"
        ~ " where database_name = current_database() and comment is not null"
    ) %}
        {% do comments.update({row[0]: row[1]}) %}
    {% endfor %}
    {{ return(comments) }}
{% endmacro %}


{#-
    Hashes of what it is made of: the project (project_hash), the compiled SQL and the contents of all tables that it reads,
    through views; `news` of the tables that config `news` is of, `rest` of all else, `all` of both. And as of when it is cut
    (as_of_of_cut). The gate lets things pass and holds nothing. None where these aren't known: an input that isn't files (contents_of_files), models of a host.
-#}
{% macro made_of(code, comments) %}
    {% set is_input = 'inputs' in model.fqn %}
    {% if is_input and 'from ' in code and '/* files ' not in code %}{{ return(none) }}{% endif %}
    {#- but for the rows that a checked table is cut at, as_of only decides what taste forgets -#}
    {% set asks_no_time = recmail.is_cut_at_as_of() or var('forget_history_days') is none %}
    {#- stg_changed_web_events holds what is new of what is read beside it -#}
    {% set passed = ['model.recmail.input_validation_results', 'model.recmail.stg_changed_web_events']
        + (['model.recmail.stg_as_of'] if asks_no_time else []) %}
    {% set reached, tables = [model.unique_id], [] %}
    {#- the list grows while it is read, until no view is new -#}
    {% for id in reached %}
        {% for parent in graph.nodes[id].depends_on.nodes if parent not in reached + tables + passed %}
            {% set node = graph.nodes.get(parent) or graph.sources[parent] %}
            {% if node.package_name != 'recmail' %}{{ return(none) }}{% endif %}
            {#- an input that is a view reads files itself; of one with config `counted` these columns are all that is read -#}
            {% set is_view = node.config.materialized in ['view', 'ephemeral'] and 'inputs' not in node.fqn %}
            {% do (reached if is_view and not node.config.counted else tables).append(parent) %}
        {% endfor %}
    {% endfor %}
    {#- of files what they hold counts, not where they are -#}
    {% set placeless = modules.re.sub("read_parquet\\('(?:[^']|'')*'\\)", '', code) if is_input else code %}
    {% set contents = {'rest': [placeless], 'news': []} %}
    {% set queries, asked = [], [] %}
    {% for id in tables | sort %}
        {% set node = graph.nodes.get(id) or graph.sources[id] %}
        {% set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias or node.identifier) %}
        {% set comment = comments.get(relation.schema ~ '.' ~ relation.identifier) %}
        {% set part = contents['news' if node.name in config.get('news', {}).get('of', []) else 'rest'] %}
        {% if node.name == 'input_users' and model.name in ['checked_orders', 'checked_web_events'] %}
            {#- read by macro zero_as_none alone: every new user would have all orders checked again -#}
            {% do queries.append("(select count(*) from " ~ relation ~ " where user_id = '0')") %}
            {% do asked.append(part) %}
        {% elif comment and 'timeless' in node.tags %}
            {% do part.append(recmail.made_of_comment(comment).content) %}
        {% else %}
            {% set rows = '(select ' ~ (node.config.counted or ['*']) | join(', ') ~ ' from ' ~ relation ~ ')' %}
            {% do queries.append("(select concat(count(*), ':', " ~ recmail.hash_of_rows('held') ~ ") from " ~ rows ~ " as held)") %}
            {% do asked.append(part) %}
        {% endif %}
    {% endfor %}
    {#- a timeless table's content tells the project, too -#}
    {% if tables | length == queries | length %}{% do contents.rest.append(recmail.project_hash()) %}{% endif %}
    {% if queries %}
        {% for answer in run_query("select " ~ queries | join(", "))[0] %}
            {% do asked[loop.index0].append(answer | string) %}
        {% endfor %}
    {% endif %}
    {% set rest, news = local_md5(contents.rest | join(' ')), local_md5(contents.news | join(' ')) %}
    {{ return({'rest': rest, 'news': news, 'all': local_md5(rest ~ news), 'as_of': recmail.as_of_of_cut()}) }}
{% endmacro %}


{#- of a checked table as_of only decides which of the input's rows are too late to be read -#}
{% macro is_cut_at_as_of() %}
    {{ return(model.name.startswith('checked_') and 'model.recmail.stg_as_of' in model.depends_on.nodes) }}
{% endmacro %}


{#- as a number; 0 where it doesn't count -#}
{% macro as_of_of_cut() %}
    {% if not recmail.is_cut_at_as_of() %}{{ return(0) }}{% endif %}
    {{ return(run_query("select epoch_us(as_of) from " ~ recmail.relation_of('stg_as_of'))[0][0] | int) }}
{% endmacro %}


{#- Whether it was made of the same, as of the same time, or as of an earlier one when no row of its input was too late. -#}
{% macro is_what_it_would_be(made_of, comment) %}
    {% if not comment or flags.FULL_REFRESH or recmail.builds_the_whole_shop() %}{{ return(false) }}{% endif %}
    {% set known, as_of = recmail.made_of_comment(comment), made_of.as_of %}
    {{ return(
        known.all == made_of.all and (known.as_of == as_of or (known.as_of < as_of and known.content == made_of.all))
    ) }}
{% endmacro %}


{#-
    Of a table that has just been made: what it was made of, as of when, a hash of what it holds (where rows were too late
    that is a matter of as_of, too), and of what it held `before` if some of its rows alone were made.
-#}
{% macro comment_on_content(made_of, before) %}
    {% set content = made_of.all %}
    {% if recmail.is_cut_at_as_of() %}
        {% set all_rows = recmail.relation_of('input_' ~ model.name.removeprefix('checked_')) %}
        {% set counts = run_query("select (select count(*) from " ~ this ~ "), (select count(*) from " ~ all_rows ~ ")")[0] %}
        {% if counts[0] != counts[1] %}{% set content = local_md5(content ~ made_of.as_of) %}{% endif %}
    {% endif %}
    {{ return([made_of.all, made_of.as_of, content, made_of.rest, made_of.news, before] | join(' ')) }}
{% endmacro %}
