{#- Where a feature stands among its knots: 0 at low, the number of knots at high; null when unknown. -#}
{% macro knot_place(feature) -%}
    {%- set value = 'cast(' ~ feature.name ~ ' as double)' -%}
    {%- set clamped = 'least(greatest(' ~ value ~ ', ' ~ feature.low ~ '), ' ~ feature.high ~ ')' -%}
    case
        when {{ feature.name }} is not null then round(
            {% if feature.scale == 'log' -%}
                ln({{ clamped }} / {{ feature.low }}) / ln(cast({{ feature.high }} as double) / {{ feature.low }}) * {{ feature.knots }}
            {%- else -%}
                ({{ clamped }} - {{ feature.low }}) / ({{ feature.high }} - {{ feature.low }}) * {{ feature.knots }}
            {%- endif %}, 6
        )
    end
{%- endmacro %}
