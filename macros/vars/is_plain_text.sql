{#-
  Whether a text may become a SQL literal: one line, without invisible characters (controls, zero width, writing
  direction), and without backslashes, with which Spark would end a literal elsewhere.
-#}
{% macro is_plain_text(text) %}
    {% set unwelcome = '[\\\\\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]' %}
    {{ return(not modules.re.search(unwelcome, text | string)) }}
{% endmacro %}
