{#- What the comment on a timeless table says (comment_on_content), by name; of one that an earlier version wrote, or none, nothing. -#}
{% macro made_of_comment(comment) %}
    {% set words = comment.split(' ') %}
    {% if words | length != 6 %}{{ return({}) }}{% endif %}
    {{ return({
        'all': words[0], 'as_of': words[1] | int, 'content': words[2], 'rest': words[3], 'news': words[4], 'before': words[5]
    }) }}
{% endmacro %}
