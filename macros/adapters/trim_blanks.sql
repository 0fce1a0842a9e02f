{#- Text without white space of any kind (Unicode's), NUL or a byte-order mark at either end. -#}
{% macro trim_blanks(text) -%}
    {{ return(adapter.dispatch('trim_blanks', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__trim_blanks(text) -%}
    regexp_replace({{ text }}, '^[\\s\\p{Z}\\p{Cc}\\uFEFF]+|[\\s\\p{Z}\\p{Cc}\\uFEFF]+$', '')
{%- endmacro %}


{#-
  A set of characters is several times faster than a pattern, and nearly every text, which begins and ends with a
  printable ASCII character, needs neither: this runs on every id of every row, at every query of the gate.
-#}
{% macro duckdb__trim_blanks(text) -%}
    {% set codes = [0, 9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760] + range(8192, 8203) | list
        + [8232, 8233, 8239, 8287, 12288, 65279] -%}
    case
        when ({{ text }})[1] between '!' and '~' and ({{ text }})[-1] between '!' and '~' then {{ text }}
        else trim({{ text }}, chr({{ codes | join(') || chr(') }}))
    end
{%- endmacro %}
