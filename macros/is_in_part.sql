{#-
    Condition of a model that materialization `table_in_parts` builds one range of keys at a time. The range here is
    that of all keys: as a plain table the same SQL gives the same rows in one go. What is of users comes after
    int_touched_users, which says of whom it is made in this run.
-#}
{% macro is_in_part(key) -%}
    {%- if key == 'user_key' and model.resource_type == 'model' %}{% do ref('int_touched_users') %}{% endif -%}
    {{ key }} between 0 and 2147483647
{%- endmacro %}
