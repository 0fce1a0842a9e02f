{#-
  What databases, programs and people write where there is nothing, as SQL literals. Not NA, which is Namibia, and not Nan,
  or Nil, who are people.
-#}
{% macro words_for_nothing() %}
    {{ return(recmail.literals([
        'NULL', 'null', 'Null', '(null)', '(NULL)', '<null>', '<NULL>', '[null]', '[NULL]', '\\N', 'None', 'none', 'NONE',
        'nan', 'NaN', 'NAN', 'NaT', 'nil', 'NIL', 'undefined', 'N/A', 'n/a', '#N/A', '#REF!', '#NAME?', '#VALUE!', 'n.a.',
        'N.A.', '-', '--', '---', '–', '—', '.', '?', '0000-00-00', '0000-00-00 00:00:00'
    ])) }}
{% endmacro %}
