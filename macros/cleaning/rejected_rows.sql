{#- Body of every rejected_<input>: the rows of checked_<input> that have a reason, as they came in. -#}
{% macro rejected_rows(checked_model, key_column) -%}
select
    {{ key_column }},
    reject_reasons,
    raw_row
from {{ checked_model }}
where reject_reasons <> ''
{%- endmacro %}
