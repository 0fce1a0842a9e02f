{#-
  A name that a greeting can hold: null without a letter, when it is an address, and when it is a tag that some program did
  not fill, or a word in brackets: *|FNAME|*, %FIRSTNAME%, {first_name}, [First Name], (none).
-#}
{% macro clean_first_name(column) -%}
    {%- set name = recmail.clean_name(column, length=60) -%}
    case
        when not {{ matches(name, '^([(].*[)]|\\[.*\\]|%.*%|.*([*][|]|[|][*]|@|://).*|[ -@\\[-`{-~]*)$') }} then {{ name }}
    end
{%- endmacro %}
