{#- Deletes and inserts rows of int_printed_users: statement `main`, and one for each list of keys. -#}
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
            insert into {{ target_relation }} by name
            {{ code | replace(all_keys, condition | replace('\\1', 'user_key')) }}
        {% endcall %}
    {% endfor %}
{% endmacro %}
