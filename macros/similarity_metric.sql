{#- The metric of a context: var similarity_metric names one for all, or one per context with `default` for the rest. -#}
{% macro similarity_metric(context) -%}
    {%- set metric = var('similarity_metric') -%}
    {{ return(metric if metric is string else metric.get(context, metric.get('default', 'cosine'))) }}
{%- endmacro %}
