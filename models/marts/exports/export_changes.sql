{% for export in export_names() %}
    select
        '{{ export }}' as export,
        export_key,
        operation,
        content_hash,
        changed_at
    from {{ ref(export) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
