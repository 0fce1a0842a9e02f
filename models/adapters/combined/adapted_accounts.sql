-- Whoever has an address in several sources is one user, by the id of the first shop that has it; one whom the shop has
-- deleted keeps it, so that requests of erasure still find what other sources know.
{{ config(enabled=sources_with_users() | length > 0) }}

with accounts as (

    {% for source in sources_with_users() %}
        select
            '{{ source }}' as source,
            {{ shops().index(source) + 1 if source in shops() else 9 }} as source_rank,
            *
        from {{ ref(source ~ '_users') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

named as (

    select
        *,
        {{ clean_email('email') }} as address,
        case when source_rank = 1 then user_id else concat(source, ':', user_id) end as own_id
    from accounts

),

first_by_address as (

    select
        address,
        source as first_source,
        own_id as first_id
    from named
    where address is not null
    qualify row_number() over (partition by address order by source_rank, is_deleted, signed_up_at, own_id) = 1

)

select
    named.source,
    named.user_id as source_user_id,
    -- two accounts of a shop with one address stay two
    case
        when first_by_address.first_source <> named.source and named.source_rank > 1 then first_by_address.first_id
        else named.own_id
    end as user_id,
    named.email,
    named.first_name,
    named.country_code,
    named.city,
    named.timezone,
    named.locale,
    named.email_consent,
    named.source_rank,
    named.email_consent_at,
    named.signed_up_at,
    named.is_deleted
from named
left join first_by_address
    on named.address = first_by_address.address
