{#- Text whose blanks and letters that are not ASCII are percent-encoded; control characters stay what they are. -#}
{% macro percent_encoded(text) -%}
    {{ return(adapter.dispatch('percent_encoded', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__percent_encoded(text) -%}
    array_join(transform(
        split({{ text }}, ''),
        letter -> case
            when letter = ' ' then '%20'
            when letter rlike '[^\\x00-\\x7F]' and not letter rlike '[\\p{Z}\\p{C}]' then url_encode(letter)
            else letter
        end
    ), '')
{%- endmacro %}


{% macro duckdb__percent_encoded(text) -%}
    case
        when regexp_matches({{ text }}, '[^!-~]') then array_to_string(list_transform(
            regexp_extract_all({{ text }}, '[!-~]+|[^!-~]', 0, 's'),
            lambda part: case when regexp_matches(part, '^( |[^\x00-\x7F\p{Z}\p{C}])$') then url_encode(part) else part end
        ), '')
        else {{ text }}
    end
{%- endmacro %}
