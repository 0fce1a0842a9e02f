{#- A JSON array of words as text, blanks between them; null where it is none. -#}
{% macro words_of_json(text) -%}
    {{ return(adapter.dispatch('words_of_json', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__words_of_json(text) -%}
    nullif(array_join(from_json({{ text }}, 'array<string>'), ' '), '')
{%- endmacro %}


{% macro duckdb__words_of_json(text) -%}
    nullif(array_to_string(try_cast(try_cast({{ text }} as json) as varchar[]), ' '), '')
{%- endmacro %}
