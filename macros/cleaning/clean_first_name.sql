{#-
  A name that a greeting can hold: null without a letter, when it is an address, when it is a tag that some program did
  not fill, or a word in brackets: *|FNAME|*, %FIRSTNAME%, {first_name}, [First Name], (none); and when it is what forms
  are filled with for those whose name nobody knows.
-#}
{% macro clean_first_name(column) -%}
    {%- set name = recmail.clean_name(column, length=60) -%}
    {%- set tag = '[(].*[)]|\\[.*\\]|%.*%|.*([*][|]|[|][*]|@|://).*|[ -@\\[-`{-~]*' -%}
    {%- set nobody = '(?i:guest|gast|unknown|unbekannt|anonymous|customer|kunde|no ?name|first ?name|vorname)' -%}
    case
        when not {{ matches(name, '^(' ~ tag ~ '|' ~ nobody ~ ')$') }} then {{ name }}
    end
{%- endmacro %}
