{#-
    On-run-start, in state.swept_erasures: a warehouse that holds no inputs yet has no count of requests, and has them all
    honoured when its first run ends well. One that holds inputs, because that run failed or an older version built it,
    may hold people whom nobody has swept since: no request counts as honoured.
-#}
{% macro open_erasures() %}
    {% set swept = recmail.relation_of('swept_erasures', 'source.recmail.state.') %}
    {% do recmail.open_sweep(swept) %}
{% endmacro %}
