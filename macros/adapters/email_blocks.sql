{#- email_queue.blocks: under which title which positions of the user's list stand, a struct per block. -#}
{% macro email_blocks(primary_title, secondary_title) -%}
    {{ return(adapter.dispatch('email_blocks', 'recmail')(primary_title, secondary_title)) }}
{%- endmacro %}


{% macro default__email_blocks(primary_title, secondary_title) -%}
    {% set items_in_email = var('email_items_primary') + var('email_items_secondary') -%}
    array(
        named_struct(
            'block', 'primary', 'title', {{ primary_title }},
            'first_position', 1, 'last_position', {{ var('email_items_primary') }}
        ),
        named_struct(
            'block', 'secondary', 'title', {{ secondary_title }},
            'first_position', {{ var('email_items_primary') + 1 }}, 'last_position', {{ items_in_email }}
        )
    )
{%- endmacro %}


{% macro duckdb__email_blocks(primary_title, secondary_title) -%}
    {% set items_in_email = var('email_items_primary') + var('email_items_secondary') -%}
    [
        struct_pack(
            block := 'primary', title := {{ primary_title }},
            first_position := 1, last_position := {{ var('email_items_primary') }}
        ),
        struct_pack(
            block := 'secondary', title := {{ secondary_title }},
            first_position := {{ var('email_items_primary') + 1 }}, last_position := {{ items_in_email }}
        )
    ]
{%- endmacro %}
