{#-
  Text without braces and without characters that can't be seen, those that turn the direction of writing included. What
  joins the parts of an emoji or of letters in Persian and Hindi stays, between two of them.
-#}
{% macro visible_text(text) -%}
    {{ return(adapter.dispatch('visible_text', 'recmail')(text)) }}
{%- endmacro %}


{#- a backslash in a literal of Spark's is two -#}
{% macro default__visible_text(text) -%}
    translate(
        regexp_replace({{ text }}, '{{ invisible_characters() | replace('\\', '\\\\') }}', ''),
        '{}',
        '()'
    )
{%- endmacro %}


{% macro duckdb__visible_text(text) -%}
    translate(regexp_replace({{ text }}, '{{ invisible_characters() }}', '', 'g'), '{}', '()')
{%- endmacro %}


{#- as a regular expression; \x{200C} and \x{200D} join -#}
{% macro invisible_characters() %}
    {% set set = [] %}
    {% for code in (
        'AD 34F 61C 115F 1160 17B4 17B5 180E 200B 200E 200F 202A-202E 2060-206F 3164 FEFF FFA0 FFF9-FFFB E0000-E007F'
    ).split(' ') %}
        {% do set.append('\\x{' ~ code.replace('-', '}-\\x{') ~ '}') %}
    {% endfor %}
    {{ return('[' ~ set | join('') ~ ']|^[\\x{200C}\\x{200D}]+|[\\x{200C}\\x{200D}]+$') }}
{% endmacro %}
