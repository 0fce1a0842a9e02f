{#- The arm that a user draws by the shares in var `send_time_shares`; the control for what they leave. -#}
{% macro send_time_arm(user_id) -%}
    {% set drawn = hash_share("'send_time:' || " ~ user_id) -%}
    {% set reached = namespace(share=0) -%}
    case
        {%- for arm, share in var('send_time_shares').items() %}
        {%- set reached.share = reached.share + share %}
        when {{ drawn }} < {{ reached.share }} then {{ literal(arm) }}
        {%- endfor %}
        when true then 'control'
    end
{%- endmacro %}
