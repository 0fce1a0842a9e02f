with recipients as (

    select * from {{ ref('email_recipients') }}

),

gate as (

    select max(input_fingerprint) as input_fingerprint
    from {{ ref('input_validation_results') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

wordings as (

    select * from {{ ref('email_wordings') }}

),

item_lines as (

    select * from {{ ref('email_item_lines') }}

),

locales as (

    select
        locale,
        direction,
        {{ ordered_struct(['decimal_mark', 'group_mark', 'grouped_from_digits', 'symbol_position']) }} as number_format
    from {{ ref('email_locales') }}

),

offers as (

    select
        user_id,
        {{ ordered_struct(['offer_name', 'ends_text']) }} as offer
    from {{ ref('email_offers') }}

)

select
    md5(
        'recommendations:' || recipients.user_id || ':' || cast(as_of.as_of as {{ dbt.type_string() }})
    ) as message_id,
    recipients.user_id,
    recipients.email,
    'recommendations' as trigger_type,
    wordings.subject,
    wordings.preheader,
    wordings.greeting,
    recipients.segment,
    recipients.locale,
    recipients.language,
    locales.direction,
    recipients.layout,
    {{ email_blocks('wordings.title_primary', 'wordings.title_secondary') }} as blocks,
    offers.offer,
    item_lines.item_lines,
    locales.number_format,
    {{ literal(var('shop_name')) }} as shop_name,
    {{ literal(var('shop_url')) }} as shop_url,
    cast({{ 'null' if var('logo_url') is none else literal(var('logo_url')) }} as {{ dbt.type_string() }}) as logo_url,
    {{ literal(var('preferences_url')) }} as preferences_url,
    {{ literal(var('unsubscribe_url')) }} as unsubscribe_url,
    {{ literal(var('unsubscribe_email')) }} as unsubscribe_email,
    {{ literal(var('support_url')) }} as support_url,
    {{ literal(var('postal_address')) }} as postal_address,
    wordings.footer_reason,
    recipients.is_synthetic,
    gate.input_fingerprint,
    as_of.as_of as send_at,
    as_of.as_of
from recipients
inner join wordings
    on recipients.user_id = wordings.user_id
inner join locales
    on recipients.locale = locales.locale
left join offers
    on recipients.user_id = offers.user_id
left join item_lines
    on recipients.user_id = item_lines.user_id
cross join gate
cross join as_of
