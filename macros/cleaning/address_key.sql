{#-
  What makes two addresses one: letter case never counts, and with var `plus_tags_share_an_address` neither does what
  follows a + before the @ (RFC 5233 subaddresses, as most providers have them). Null for no address.
-#}
{% macro address_key(email) -%}
    {%- if var('plus_tags_share_an_address') -%}
        lower(
            coalesce(nullif(split_part(split_part({{ email }}, '@', 1), '+', 1), ''), split_part({{ email }}, '@', 1))
            || '@' || split_part({{ email }}, '@', 2)
        )
    {%- else -%}
        lower({{ email }})
    {%- endif -%}
{%- endmacro %}
