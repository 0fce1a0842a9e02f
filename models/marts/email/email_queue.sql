with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

lines as (

    select * from {{ ref('int_message_lines') }}

),

-- primary comes before secondary in the alphabet, too
blocks as (

    select
        message_id,
        array_sort(array_agg({{ ordered_struct(['block', 'title', 'first_position', 'last_position']) }})) as blocks
    from {{ ref('int_message_blocks') }}
    group by message_id

),

item_lines as (

    select * from {{ ref('int_message_items') }}

),

offers as (

    select
        message_id,
        {{ ordered_struct(['offer_name', 'ends_text', 'headline', 'offer_code', 'offer_url', 'ends_at']) }} as offer
    from {{ ref('int_message_offers') }}

),

locales as (

    select
        locale,
        direction,
        {{ ordered_struct(['decimal_mark', 'group_mark', 'grouped_from_digits', 'symbol_position']) }} as number_format
    from {{ ref('email_locales') }}

),

words as (

    select
        language,
        array_sort(array_agg({{ ordered_struct(['word', 'text']) }})) as words
    from (
        select
            language,
            substr(key, 6) as word,
            text
        from {{ ref('texts') }}
        where key like 'word.%'
    ) as of_templates
    group by language

),

gate as (

    select max(input_fingerprint) as input_fingerprint
    from {{ ref('input_validation_results') }}

)

select
    recipients.message_id,
    recipients.user_id,
    recipients.email,
    recipients.trigger_type,
    recipients.placement,
    lines.subject,
    lines.subject_key,
    lines.preheader,
    lines.greeting,
    recipients.segment,
    recipients.locale,
    recipients.language,
    locales.direction,
    recipients.layout,
    blocks.blocks,
    offers.offer,
    item_lines.item_lines,
    locales.number_format,
    cast(to_json(map_from_entries(words.words)) as {{ dbt.type_string() }}) as words,
    {{ literal(var('shop_name')) }} as shop_name,
    {{ literal(var('shop_url')) }} as shop_url,
    cast({{ 'null' if var('logo_url') is none else literal(var('logo_url')) }} as {{ dbt.type_string() }}) as logo_url,
    {{ literal(var('preferences_url')) }} as preferences_url,
    {{ literal(var('unsubscribe_url')) }} as unsubscribe_url,
    {{ literal(var('unsubscribe_email')) }} as unsubscribe_email,
    {{ literal(var('support_url')) }} as support_url,
    {% for name in ['see_all_url', 'view_online_url'] %}
        cast({{ 'null' if var(name) is none else literal(var(name)) }} as {{ dbt.type_string() }}) as {{ name }},
    {% endfor %}
    {% if var('cart_url') is none %}
        cast(null as {{ dbt.type_string() }}) as cart_url,
    {% else %}
        case
            when recipients.trigger_type = 'cart_abandonment'
                then replace({{ literal(var('cart_url')) }}, '{user_id}', {{ url_encoded('recipients.user_id') }})
        end as cart_url,
    {% endif %}
    {{ literal(var('postal_address')) }} as postal_address,
    lines.footer_reason,
    recipients.is_synthetic,
    gate.input_fingerprint,
    recipients.experiment,
    recipients.arm,
    recipients.adaptive_experiment,
    recipients.adaptive_arm,
    recipients.arm_share,
    recipients.send_time_arm,
    recipients.send_at,
    recipients.expires_at,
    triggers.unclear_delivery,
    recipients.as_of
from recipients
inner join lines
    on recipients.message_id = lines.message_id
inner join blocks
    on recipients.message_id = blocks.message_id
inner join locales
    on recipients.locale = locales.locale
inner join words
    on recipients.language = words.language
inner join {{ ref('triggers') }} as triggers
    on recipients.trigger_type = triggers.trigger_type
inner join item_lines
    on recipients.message_id = item_lines.message_id
left join offers
    on recipients.message_id = offers.message_id
cross join gate
