{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook='{{ forget_segments() }}'
) }}

-- A state table: yesterday's segments can't be had from today's inputs. Only changes are kept.
with schemes as (

    select * from {{ ref('int_user_schemes') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

earlier as (

    {% if is_incremental() %}
        select history.*
        from {{ this }} as history
        cross join as_of
        where history.as_of < as_of.as_of
        qualify row_number() over (partition by history.user_id, history.scheme order by history.as_of desc) = 1
    {% else %}
        select
            cast(null as {{ dbt.type_string() }}) as user_id,
            cast(null as {{ dbt.type_string() }}) as scheme,
            cast(null as {{ dbt.type_string() }}) as segment
        where false
    {% endif %}

)

select
    schemes.user_id,
    schemes.scheme,
    schemes.segment,
    as_of.as_of
from schemes
cross join as_of
left join earlier
    on
        schemes.user_id = earlier.user_id
        and schemes.scheme = earlier.scheme
where
    earlier.segment is null
    or schemes.segment <> earlier.segment
