{#- Which form of a text a count takes, in the terms of Unicode CLDR: the text `<key>.one`, where there is one. -#}
{% macro plural_category(count) -%}
    case when {{ count }} = 1 then 'one' else 'other' end
{%- endmacro %}
