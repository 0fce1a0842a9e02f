{#- A polynomial, the coefficient of the highest power first; as texts, or Jinja would round them. Flat, for who parses it. -#}
{% macro polynomial(coefficients, variable) -%}
    (
        {%- for coefficient in coefficients -%}
        {{ coefficient }}{{ ' * power(' ~ variable ~ ', ' ~ loop.revindex0 ~ ')' if loop.revindex0 }}{{ ' + ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
