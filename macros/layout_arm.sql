{#- The layout that a user draws by the shares in var `email_layout_shares`, null for what they leave. -#}
{% macro layout_arm(user_id) -%}
    {% set drawn = hash_share("'layout:' || " ~ user_id) -%}
    {% set reached = namespace(share=0) -%}
    {% if var('email_layout_shares') -%}
        case
            {%- for layout, share in var('email_layout_shares').items() %}
            {%- set reached.share = reached.share + share %}
            when {{ drawn }} < {{ reached.share }} then {{ literal(layout) }}
            {%- endfor %}
        end
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif %}
{%- endmacro %}
