{#- Horner's scheme, the coefficient of the highest power first; as texts, or Jinja would round them. -#}
{% macro polynomial(coefficients, variable) -%}
    {%- set horner = namespace(sql=coefficients[0]) -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set horner.sql = '(' ~ horner.sql ~ ' * ' ~ variable ~ ' + ' ~ coefficient ~ ')' -%}
    {%- endfor -%}
    {{ horner.sql }}
{%- endmacro %}
