{#-
    Where a feature stands among its knots, to six decimals: 0 at low, the number of knots at high; null when unknown. No
    round(): with decimals it takes twice as long, and engines differ in what lies in the middle. A share is
    known and lies within its range: nothing is asked of it first.
-#}
{% macro knot_place(feature) -%}
    {%- set value = 'cast(' ~ feature.name ~ ' as double)' -%}
    {%- set clamped = 'least(greatest(' ~ value ~ ', ' ~ feature.low ~ '), ' ~ feature.high ~ ')' -%}
    {% if feature.scale == 'share' -%}
    floor({{ value }} * {{ feature.knots }} * 1000000 + 0.5) / 1000000
    {%- else -%}
    case
        when {{ feature.name }} is not null then floor((
            {% if feature.scale == 'log' -%}
                ln({{ clamped }} / {{ feature.low }}) / ln(cast({{ feature.high }} as double) / {{ feature.low }}) * {{ feature.knots }}
            {%- else -%}
                ({{ clamped }} - {{ feature.low }}) / ({{ feature.high }} - {{ feature.low }}) * {{ feature.knots }}
            {%- endif %}) * 1000000 + 0.5
        ) / 1000000
    end
    {%- endif %}
{%- endmacro %}
