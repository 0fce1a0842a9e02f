{#-
  Rows of all sources with user_id as input users has it: a person of one source may be a user of another. `columns` are
  all but user_id.
-#}
{% macro with_users_of_sources(table_name, columns) %}
with
{% if recmail.sources_with_users() %}
    -- exports that overlap hold an account twice
    accounts as (

        select
            source,
            source_user_id,
            min(user_id) as user_id
        from {{ ref('adapted_accounts') }}
        group by source, source_user_id

    ),

{% endif %}
events as (

    {{ recmail.union_of_sources(table_name, columns + ['user_id']) }}

)

select
    {% for column in columns %}
        events.{{ column }},
    {% endfor %}
    {% if recmail.sources_with_users() %}
        coalesce(
            accounts.user_id,
            {% for shop in recmail.shops()[1:] %}
                case when events.source = '{{ shop }}' then {{ recmail.id_among_shops(shop, 'events.user_id') }} end,
            {% endfor %}
            events.user_id
        ) as user_id
    {% else %}
        events.user_id
    {% endif %}
from events
{% if recmail.sources_with_users() %}
    left join accounts
        on
            events.source = accounts.source
            and events.user_id = accounts.source_user_id
{% endif %}
{% endmacro %}
