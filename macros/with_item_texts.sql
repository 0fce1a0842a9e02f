{#-
  Rows of a CTE with reason_text and badge_text in the `language` of each row, numbers with its `group_mark` and
  `grouped_from_digits`. The CTE has reason_type, badge_type and what they speak of: evidence_count,
  evidence_item_name, category, saved_percent. A reason whose evidence has no name that may be said is in the words of
  `reason.<reason_type>.unnamed`. A reason or badge that the language has no text for, or whose evidence is missing, is null.
-#}
{% macro with_item_texts(lines) -%}
    {%- set count = lines ~ '.evidence_count' -%}
    select
        {{ lines }}.*,
        {{ fill_text('coalesce(unnamed_reasons.text, reasons_of_count.text, reasons.text)', {
            'count': grouped_count(count, lines ~ '.group_mark', lines ~ '.grouped_from_digits'),
            'percent': dbt.cast(count, dbt.type_string()),
            'category': lines ~ '.category',
            'item': lines ~ '.evidence_item_name'
        }) }} as reason_text,
        {{ fill_text('badges.text', {'percent': dbt.cast(lines ~ '.saved_percent', dbt.type_string())}) }} as badge_text
    from {{ lines }}
    left join {{ ref('texts') }} as reasons
        on
            {{ lines }}.language = reasons.language
            and concat('reason.', {{ lines }}.reason_type) = reasons.key
    left join {{ ref('texts') }} as reasons_of_count
        on
            {{ lines }}.language = reasons_of_count.language
            and concat('reason.', {{ lines }}.reason_type, '.', {{ plural_category(lines ~ '.language', count) }})
            = reasons_of_count.key
    left join {{ ref('texts') }} as unnamed_reasons
        on
            {{ lines }}.evidence_item_name is null
            and {{ lines }}.language = unnamed_reasons.language
            and concat('reason.', {{ lines }}.reason_type, '.unnamed') = unnamed_reasons.key
    left join {{ ref('texts') }} as badges
        on
            {{ lines }}.language = badges.language
            and concat('badge.', {{ lines }}.badge_type) = badges.key
{%- endmacro %}
