{#-
  Parts of words by which an event type that nobody knows may say that somebody wants no mail, or gets none: a regular
  expression over what macro word_key makes of it, in the languages that ESPs and shops are run in.
-#}
{% macro refusing_words() -%}
    {{ return([
        'unsub', 'opt(ed)?out', 'spam', 'junk', 'abuse', 'complain', 'bounc', 'suppress', 'block', 'blacklist',
        'denylist', 'cleaned', 'remov', 'revok', 'withdr', 'dontmail', 'donotmail', 'nomail', 'invalid', 'reject',
        'undeliver', 'fail', 'refus', 'declin', 'stop', 'delet', 'forget', 'abmeld', 'abgemeldet', 'widerr',
        'd[eé]sabonn', 'd[eé]sinscri', 'baja', 'disiscri', 'cancel', 'afmeld', 'uitschr', 'wypis', 'rezygn', 'avmeld',
        'avregist'
    ] | join('|')) }}
{%- endmacro %}
