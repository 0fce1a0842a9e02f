{#-
  The form under which a lower-case word and its English plural meet, after Harman's S-stemmer (1991). It need not be
  a word: cookie and cookies meet at "cooky". The first rule that fits counts:
    three letters or fewer          as it is    gas
    -ie, -ies of five or more       -y          cookies, berries
    -sses, -shes, -ches, -xes       -           glasses, brushes, boxes
    -toes of six or more            -to         tomatoes
    -s but not -ss, -us, -is        -           pies, cups
  A plural it misses (knives) stays a word of its own.
-#}
{% macro singular(word) -%}
    case
        when length({{ word }}) <= 3 then {{ word }}
        when {{ word }} like '__%ies' then substr({{ word }}, 1, length({{ word }}) - 3) || 'y'
        when {{ word }} like '___%ie' then substr({{ word }}, 1, length({{ word }}) - 2) || 'y'
        when
            {{ word }} like '%sses' or {{ word }} like '%shes' or {{ word }} like '%ches' or {{ word }} like '%xes'
            or {{ word }} like '__%toes'
            then substr({{ word }}, 1, length({{ word }}) - 2)
        when {{ word }} like '%s' and not ({{ word }} like '%ss' or {{ word }} like '%us' or {{ word }} like '%is')
            then substr({{ word }}, 1, length({{ word }}) - 1)
        else {{ word }}
    end
{%- endmacro %}
