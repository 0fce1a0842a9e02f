{#- SQL that drops what is to be replaced; what is dropped at once: another type, and before code that isn't SQL. -#}
{% macro dropped_before(existing_relation, target_relation) %}
    {%- if existing_relation is not none -%}
        {%- if existing_relation.type == target_relation.type and model.language == 'sql' -%}
            drop {{ existing_relation.type }} {{ existing_relation }};
        {%- else -%}
            {%- do adapter.drop_relation(existing_relation) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
