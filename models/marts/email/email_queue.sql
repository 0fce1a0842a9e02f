with recipients as (

    select * from {{ ref('email_recipients') }}

),

gate as (

    select max(input_fingerprint) as input_fingerprint
    from {{ ref('input_validation_results') }}

),

first_items as (

    select
        user_id,
        substr(item_name, 1, 80) as item_name,
        as_of
    from {{ ref('user_recommendations') }}
    where position = 1

),

item_lines as (

    select * from {{ ref('email_item_lines') }}

),

-- the words of each language, for new users and for all others
wordings as (

    select
        language,
        true as is_new,
        {{ email_text_columns({
            'subject': 'subject_new', 'subject_named': 'subject_new_named', 'preheader': 'preheader_new',
            'title_primary': 'title_primary_new', 'title_secondary': 'title_secondary_new',
            'greeting': 'greeting', 'greeting_named': 'greeting_named', 'footer_reason': 'footer_reason'
        }) }}
    from {{ ref('email_texts') }}
    group by language

    union all

    select
        language,
        false as is_new,
        {{ email_text_columns({
            'subject': 'subject', 'subject_named': 'subject_named', 'preheader': 'preheader',
            'title_primary': 'title_primary', 'title_secondary': 'title_secondary',
            'greeting': 'greeting', 'greeting_named': 'greeting_named', 'footer_reason': 'footer_reason'
        }) }}
    from {{ ref('email_texts') }}
    group by language

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
        'recommendations:' || recipients.user_id || ':' || cast(first_items.as_of as {{ dbt.type_string() }})
    ) as message_id,
    recipients.user_id,
    recipients.email,
    'recommendations' as trigger_type,
    replace(
        replace(
            case when recipients.first_name is null then wordings.subject else wordings.subject_named end,
            '{item}',
            first_items.item_name
        ),
        '{first_name}',
        coalesce(substr(recipients.first_name, 1, 60), '')
    ) as subject,
    -- nothing is said of a taste that nobody has seen: new users get words of their own
    wordings.preheader,
    case
        when recipients.first_name is null then wordings.greeting
        else replace(wordings.greeting_named, '{first_name}', recipients.first_name)
    end as greeting,
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
    replace(wordings.footer_reason, '{shop}', {{ literal(var('shop_name')) }}) as footer_reason,
    recipients.is_synthetic,
    gate.input_fingerprint,
    first_items.as_of as send_at,
    first_items.as_of
from recipients
inner join first_items
    on recipients.user_id = first_items.user_id
inner join locales
    on recipients.locale = locales.locale
inner join wordings
    on
        recipients.language = wordings.language
        and (recipients.segment = 'new') = wordings.is_new
left join offers
    on recipients.user_id = offers.user_id
left join item_lines
    on recipients.user_id = item_lines.user_id
cross join gate
