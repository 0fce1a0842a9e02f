-- Any other value in the inputs, or another var `as_of`, gives another fingerprint; the order of rows doesn't count.
with contents as (

    {% for name in input_names() %}
        select
            '{{ name }}' as table_name,
            count(*) as row_count,
            {{ hash_of_rows('input_rows') }} as row_hash
        -- whole rows are hashed, by their name
        from {{ ref('input_' ~ name) }} as input_rows  -- noqa: AL05
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

described as (

    select
        {{ dbt.listagg(
            "table_name || ':' || cast(row_count as " ~ dbt.type_string() ~ ") || ':' || cast(row_hash as "
            ~ dbt.type_string() ~ ")",
            "';'",
            "order by table_name"
        ) }} as all_rows
    from contents

)

select
    md5({{ literal('as_of:' ~ (as_of_text() or '') ~ ';') }} || all_rows) as input_fingerprint,
    cast({{ literal_or_null(as_of_text()) }} as {{ dbt.type_string() }}) as as_of,
    all_rows
from described
