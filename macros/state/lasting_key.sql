{#-
    The number of an id that never changes: `known_key`, what state has for it, or else the next one after `largest_key`,
    in the order of ids. It decides no tie, because two warehouses of the same shop may have numbered it in another
    order. 8 × it + the number of a context must fit into an integer.
-#}
{% macro lasting_key(id, known_key, largest_key) -%}
    {%- set new_key -%}
        {{ largest_key }} + row_number() over (partition by case when {{ known_key }} is null then 1 else 0 end order by {{ id }})
    {%- endset -%}
    cast({{ at_most('coalesce(' ~ known_key ~ ', ' ~ new_key ~ ')', 2 ** 28 - 1, id ~ ' has more values than there are keys') }} as {{ dbt.type_int() }})
{%- endmacro %}
