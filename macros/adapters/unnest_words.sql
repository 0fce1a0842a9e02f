{#-
  In a select list: a row per word of a text, in lower case. A word is a run of letters, their marks and digits of any
  script that holds a letter; a bare number is none. Script without spaces counts a whole run as one word.
-#}
{% macro unnest_words(text) -%}
    {{ return(adapter.dispatch('unnest_words', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__unnest_words(text) -%}
    explode(regexp_extract_all(lower({{ text }}), '[\\p{L}\\p{M}\\p{N}]*\\p{L}[\\p{L}\\p{M}\\p{N}]*', 0))
{%- endmacro %}


{% macro duckdb__unnest_words(text) -%}
    unnest(regexp_extract_all(lower({{ text }}), '[\p{L}\p{M}\p{N}]*\p{L}[\p{L}\p{M}\p{N}]*'))
{%- endmacro %}
