{#-
  The end of every export, after its CTE `current_rows` with export_key and the business columns named here: the hash of
  these, whether the destination is to write or to delete the row, and when that last changed.

  A row that an earlier run exported and this one doesn't is a tombstone, with its key alone, for 30 days: long enough for
  a destination that is down over a holiday, not longer than those who were erased may be told of (GDPR, article 12(3),
  gives a month). `tombstones=false` is for what can't be taken back, events.

  No value holds a control character (staging takes them out), so chr(31) and chr(30) keep neighbouring values and nulls
  apart. A null says nothing: no destination may overwrite anything with it.
-#}
{% macro export_rows(export, columns, tombstones=true) %}
{%- set tombstone_days = 30 %}
hashed as (

    select
        *,
        md5(concat(
            {%- for column in columns %}
            coalesce(cast({{ column }} as {{ dbt.type_string() }}), chr(30)), chr(31){{ ',' if not loop.last }}
            {%- endfor %}
        )) as content_hash
    from current_rows

),

exported as (

    select * from {{ ref('stg_exported_rows') }}
    where export = '{{ export }}'

)

select
    {%- if tombstones %}
    coalesce(hashed.export_key, exported.export_key) as export_key,
    {%- else %}
    hashed.export_key,
    {%- endif %}
    {%- for column in columns %}
    hashed.{{ column }},
    {%- endfor %}
    case when hashed.export_key is null then 'delete' else 'upsert' end as operation,
    coalesce(hashed.content_hash, '') as content_hash,
    case
        when coalesce(hashed.content_hash, '') = exported.content_hash then exported.changed_at
        else as_of.as_of
    end as changed_at
from hashed
{{ 'full outer' if tombstones else 'left' }} join exported
    on hashed.export_key = exported.export_key
cross join {{ ref('stg_as_of') }} as as_of
{%- if tombstones %}
where
    hashed.export_key is not null
    or exported.operation = 'upsert'
    or as_of.as_of < {{ dbt.dateadd('day', tombstone_days, 'exported.changed_at') }}
{%- endif %}
{%- endmacro %}
