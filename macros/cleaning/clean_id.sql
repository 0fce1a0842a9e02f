{#-
  The one rule for ids, of every table and format: without blanks and quotes around it (Excel's ="00123" included) and
  without characters that can't be seen; a whole number that was stored as a floating one loses its ".0" (pandas does that to
  12346). Leading zeros and the case of letters stay: they may tell two things apart. Words for nothing are null, and so is
  Excel's 1.2E+11, which has lost the digits that tell it from others.
-#}
{% macro clean_id(expression) -%}
    {%- set id = recmail.visible_id(expression) -%}
    case
        {# at once: nulls would be held against each rule #}
        when {{ expression }} is null then null
        {# nearly all ids, and no word for nothing #}
        when {{ matches(expression, '^[A-Za-z0-9_-]*[1-9_][A-Za-z0-9_-]*$') }} then {{ expression }}
        when {{ expression }} in ({{ recmail.words_for_nothing() }}) then null
        when {{ matches(expression, '^[A-Za-z0-9_-]+$') }} then {{ expression }}
        when {{ matches(id, '^-?[0-9]+[.]0+$') }} then {{ dbt.split_part(id, "'.'", 1) }}
        when {{ matches(id, '^-?[0-9]([.][0-9]+)?[eE][+][0-9]+$') }} or {{ id }} in ({{ recmail.words_for_nothing() }}) then null
        else nullif({{ id }}, '')
    end
{%- endmacro %}
