{#- The layout a user's emails have, drawn by the shares in var `email_layout_shares`; grid for what they leave. -#}
{% macro layout_arm(user_id) -%}
    {% set drawn = hash_share("'layout:' || " ~ user_id) -%}
    {% set reached = namespace(share=0) -%}
    case
        {%- for layout, share in var('email_layout_shares').items() %}
        {%- set reached.share = reached.share + share %}
        when {{ drawn }} < {{ reached.share }} then '{{ layout }}'
        {%- endfor %}
        else 'grid'
    end
{%- endmacro %}
