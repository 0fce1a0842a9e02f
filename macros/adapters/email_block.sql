{#- One element of email_queue.blocks: which positions of the user's list stand under which title. -#}
{% macro email_block(block, title, first_position, last_position) -%}
    {{ return(adapter.dispatch('email_block', 'recmail')(block, title, first_position, last_position)) }}
{%- endmacro %}


{% macro default__email_block(block, title, first_position, last_position) -%}
    named_struct(
        'block', '{{ block }}', 'title', '{{ title }}',
        'first_position', {{ first_position }}, 'last_position', {{ last_position }}
    )
{%- endmacro %}


{% macro duckdb__email_block(block, title, first_position, last_position) -%}
    struct_pack(
        block := '{{ block }}', title := '{{ title }}',
        first_position := {{ first_position }}, last_position := {{ last_position }}
    )
{%- endmacro %}
