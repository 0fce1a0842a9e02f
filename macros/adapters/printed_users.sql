{#-
    The lists' marts (config writes_printed_users) hold millions of rows in a large shop, of which a round changes a few
    hundred: those of int_printed_users are deleted and inserted, of more than so many users all are written.
    Measured on 100,000 users, 91 of them printed: 4 CPU seconds for both marts, to find whom in it, and 16 for all rows.
-#}
{% macro prints_some_users(existing_relation) %}
    {% set printed_users_max = 512 %}
    {% if not config.get('writes_printed_users') or not existing_relation or existing_relation.type != 'table'
        or 'model.recmail.int_printed_users' not in selected_resources or recmail.builds_the_whole_shop()
        or not recmail.is_of_touched_users('user_key') %}
        {{ return(false) }}
    {% endif %}
    {{ return(run_query("select count(*) from " ~ recmail.relation_of('int_printed_users'))[0][0] <= printed_users_max) }}
{% endmacro %}


{#- statement `main`, and one for each list of keys -#}
{% macro print_users(target_relation, code) %}
    {% set printed, all_keys = recmail.relation_of('int_printed_users'), is_in_part('user_key') %}
    {% call statement('main') %}
        delete from {{ target_relation }}
        where
            user_id in (select user_id from {{ printed }})
            or user_id not in (select user_id from {{ recmail.relation_of('int_user_keys') }} where user_id is not null)
    {% endcall %}
    {% for condition in recmail.touched_parts(printed, 2 ** 31) %}
        {% call statement('part_' ~ loop.index) %}
            insert into {{ target_relation }} by name {{ code | replace(all_keys, condition | replace('\\1', 'user_key')) }}
        {% endcall %}
    {% endfor %}
{% endmacro %}
