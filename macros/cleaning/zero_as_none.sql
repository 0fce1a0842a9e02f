{#- A reference in which 0 stands for nothing (WooCommerce's parent and guest), unless the table it refers to has a row 0. -#}
{% macro zero_as_none(column, table_name, key) -%}
    case
        when {{ column }} <> '0' or (select count(*) from {{ gated_input(table_name) }} where {{ key }} = '0') > 0
            then {{ column }}
    end
{%- endmacro %}
