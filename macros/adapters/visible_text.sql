{#-
  Text without braces and without characters that can't be seen, those that turn the direction of writing included. What
  joins the parts of an emoji or of letters in Persian and Hindi stays, between two of them.
-#}
{% macro visible_text(text) -%}
    {{ return(adapter.dispatch('visible_text', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__visible_text(text) -%}
    translate(regexp_replace({{ text }}, '[\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB]|^[\\u200C\\u200D]+|[\\u200C\\u200D]+$', ''), '{}', '()')
{%- endmacro %}


{% macro duckdb__visible_text(text) -%}
    translate(
        regexp_replace(
            {{ text }},
            '[\x{AD}\x{61C}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}\x{FFF9}-\x{FFFB}]|^[\x{200C}\x{200D}]+|[\x{200C}\x{200D}]+$',
            '',
            'g'
        ),
        '{}',
        '()'
    )
{%- endmacro %}
