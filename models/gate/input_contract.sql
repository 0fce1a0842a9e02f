-- The gate reads it instead of the project's files, so that it judges alike wherever recmail is installed.
{% for name in input_names() %}
    select
        '{{ name }}' as table_name,
        {{ literal(ref('input_' ~ name).schema) }} as schema_name,
        {{ literal(tojson(input_contract(name) if execute else {})) }} as contract,
        cast({{ rejected_share_limit(name, 'error') }} as double) as rejected_share_error,
        cast({{ rejected_share_limit(name, 'warn') }} as double) as rejected_share_warn
    {{ 'union all' if not loop.last }}
{% endfor %}
