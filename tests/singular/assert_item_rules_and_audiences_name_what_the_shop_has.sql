{{ config(severity='warn') }}

-- What the catalogue does not have makes a rule, or an audience, without effect. A warning, since items come and go.
with named as (

    select
        concat('item rule ', rule) as row_name,
        kind,
        value
    from {{ ref('item_rules') }}
    union all
    select
        concat('audience ', audience) as row_name,
        kind,
        value
    from {{ ref('audiences') }}

)

select concat(named.row_name, ': the catalogue has no ', named.kind, ' ', named.value) as faults
from named
left join {{ ref('int_item_targets') }} as targets
    on
        named.kind = targets.kind
        and {{ target_value('named.kind', 'named.value') }} = targets.value
where targets.item_key is null
