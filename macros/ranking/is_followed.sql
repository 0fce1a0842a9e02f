{#- Whether an email that the list's email follows has shown the item; `followed` is int_followed_items. -#}
{% macro is_followed(followed, pool, lists) -%}
exists (
            select 1
            from {{ followed }} as followed
            where
                followed.user_key = {{ pool }}.user_key
                and followed.item_key = {{ pool }}.item_key
                and followed.placement = {{ lists }}.placement
        )
{%- endmacro %}
