{#- Which form of a text a count takes in a language (SQL): the text `<key>.<form>`; see macro plural_rules. -#}
{% macro plural_category(language, count) -%}
    case
        {%- for rule in plural_rules() %}
        when {{ language }} in ('{{ rule.languages.split() | join("', '") }}')
            then
                {%- if rule.forms %} case
                    {%- for form, condition in rule.forms.items() %}
                    when {{ condition | replace('{n}', count) }} then '{{ form }}'
                    {%- endfor %}
                    else 'other'
                end
                {%- else %} 'other'
                {%- endif %}
        {%- endfor %}
        when {{ count }} = 1 then 'one'
        else 'other'
    end
{%- endmacro %}
