-- One row per chosen message, by user_id and message_id: its lines as finished text (`_html`: escaped for the HTML
-- part), its blocks in order without their items, and `faults`: everything that forbids sending it.

with lines as (

    select
        *,
        [subject, preheader, greeting, shop_name, postal_address, footer_reason, offer.offer_name, offer.ends_text]
        || coalesce(list_transform(blocks, lambda entry: entry.title), []) as lines
    from chosen_messages

),

-- all lines at once: their regular expressions take longer to be compiled, once per column, than to be matched
cleaned as (

    select * replace (list_transform(lines, lambda line: clean_text(line)) as lines)
    from lines

),

messages as (

    select * replace (
        lines[1] as subject,
        lines[2] as preheader,
        lines[3] as greeting,
        lines[4] as shop_name,
        lines[5] as postal_address,
        lines[6] as footer_reason,
        case when offer is not null then {'offer_name': lines[7], 'ends_text': lines[8]} end as offer,
        list_transform(
            blocks,
            lambda entry, number: {
                'block': entry.block, 'title': lines[8 + number], 'first_position': entry.first_position
            }
        ) as blocks
    )
    from cleaned

)

select
    message_id,
    user_id,
    email,
    trigger_type,
    subject,
    html(subject) as subject_html,
    preheader,
    html(preheader) as preheader_html,
    greeting,
    html(greeting) as greeting_html,
    segment,
    locale,
    language,
    direction,
    layout,
    list_transform(
        blocks, lambda entry: {
            'block': entry.block,
            'title': entry.title,
            'title_html': html(entry.title),
            'first_position': entry.first_position
        }
    ) as blocks,
    offer.offer_name as offer_name,
    html(offer.offer_name) as offer_name_html,
    offer.ends_text as offer_ends,
    html(offer.ends_text) as offer_ends_html,
    shop_name,
    html(shop_name) as shop_name_html,
    tagged_link(shop_url, trigger_type, 'header') as shop_link,
    html_link(tagged_link(shop_url, trigger_type, 'header')) as shop_link_html,
    html_link(logo_url) as logo_url_html,
    preferences_url,
    unsubscribe_url,
    unsubscribe_email,
    tagged_link(support_url, trigger_type, 'footer') as support_link,
    html_link(tagged_link(support_url, trigger_type, 'footer')) as support_link_html,
    postal_address,
    html(postal_address) as postal_address_html,
    words,
    footer_reason,
    html(footer_reason) as footer_reason_html,
    is_synthetic,
    strftime(as_of, '%Y-%m-%d') as as_of_date,
    found_faults(
        [
            fault('subject', line_reason(subject)),
            fault('preheader', line_reason(preheader)),
            fault('greeting', line_reason(greeting)),
            fault('direction', choice_reason(direction, ['ltr', 'rtl'])),
            fault('layout', choice_reason(layout, ['grid', 'hero', 'list', 'carousel'])),
            fault('trigger_type', text_reason(trigger_type)),
            case when offer is not null then fault('offer', line_reason(offer.offer_name)) end,
            case when offer is not null then fault('offer', line_reason(offer.ends_text)) end,
            fault('shop_name', line_reason(shop_name)),
            fault('shop_url', link_reason(shop_url)),
            case when logo_url is not null then fault('logo_url', link_reason(logo_url)) end,
            fault('preferences_url', personal_link_reason(preferences_url)),
            fault('unsubscribe_url', personal_link_reason(unsubscribe_url)),
            fault('unsubscribe_email', address_reason(unsubscribe_email)),
            fault('support_url', link_reason(support_url)),
            fault('postal_address', line_reason(postal_address)),
            fault('footer_reason', line_reason(footer_reason)),
            fault('words', case when words is null then 'is missing' end)
        ]
        || coalesce(list_transform(blocks, lambda entry: fault('blocks.title', line_reason(entry.title))), [])
    ) as faults
from messages
order by user_id, message_id
