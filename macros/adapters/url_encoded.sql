{#- Text percent-encoded for a link, all but letters, digits and - . _ ~ (RFC 3986). -#}
{% macro url_encoded(text) -%}
    {{ return(adapter.dispatch('url_encoded', 'recmail')(text)) }}
{%- endmacro %}


{#- Spark's writes a form: a blank as +, a * as it is. -#}
{% macro default__url_encoded(text) -%}
    replace(replace(replace(url_encode({{ text }}), '+', '%20'), '*', '%2A'), '%7E', '~')
{%- endmacro %}


{% macro duckdb__url_encoded(text) -%}
    url_encode({{ text }})
{%- endmacro %}
