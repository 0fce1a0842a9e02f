{#-
  What a rule, a user or an audience means by `value`, as int_item_targets spells it: an item by its id, a brand, category
  or tag in any letter case and with any white space.
-#}
{% macro target_value(kind, value) -%}
    case when {{ kind }} = 'item' then trim({{ value }}) else {{ item_kind(value) }} end
{%- endmacro %}
