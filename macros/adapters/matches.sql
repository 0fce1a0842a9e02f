{#- Whether text contains a match of a regular expression. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'recmail')(text, pattern)) }}
{%- endmacro %}


{#- $ of Java stands before a last line break, too; \z does not -#}
{% macro default__matches(text, pattern) -%}
    regexp_like({{ text }}, r'{{ pattern | replace('$', '\\z') }}')
{%- endmacro %}


{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}
