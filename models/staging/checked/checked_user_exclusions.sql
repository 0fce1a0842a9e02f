with input_rows as (

    select * from {{ gated_input('user_exclusions') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

typed as (

    select
        {{ clean_text('user_id') }} as user_id,
        {{ clean_enum('kind') }} as kind,
        {{ clean_text('value') }} as item_id,
        {{ clean_category('value') }} as item_group,
        {{ clean_text('source') }} as source,
        {{ clean_timestamp('excluded_at') }} as excluded_at,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

spelled as (

    select
        *,
        case when kind = 'item' then item_id else {{ item_kind('item_group') }} end as value
    from typed

),

known_values as (

    select
        'item' as kind,
        item_id as value
    from {{ ref('stg_items') }}
    {% for kind, column in [('brand', 'brand'), ('category', 'category'), ('category', 'subcategory')] %}
        union
        select
            '{{ kind }}' as kind,
            {{ item_kind(column) }} as value
        from {{ ref('stg_items') }}
    {% endfor %}

),

in_scope as (

    -- rows later than as_of are not read
    select
        spelled.*,
        known_values.value is not null as value_is_known
    from spelled
    cross join as_of
    left join known_values
        on
            spelled.kind = known_values.kind
            and spelled.value = known_values.value
    where spelled.excluded_at is null or spelled.excluded_at <= as_of.as_of

),

{{ checked_rows('user_exclusions', rows='in_scope', first='excluded_at') }}
