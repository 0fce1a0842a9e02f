-- One row per chosen message, by user_id and message_id: its lines as finished text (`_html`: escaped for the HTML
-- part), its blocks in order without their items, and `faults`: everything that forbids sending it.

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
        blocks, lambda entry: {'block': entry.block, 'title': entry.title, 'title_html': html(entry.title)}
    ) as blocks,
    clean_text(offer.offer_name) as offer_name,
    html(clean_text(offer.offer_name)) as offer_name_html,
    offer.ends_text as offer_ends,
    html(offer.ends_text) as offer_ends_html,
    shop_name,
    html(shop_name) as shop_name_html,
    tagged_link(shop_url, trigger_type, 'header') as shop_link,
    html(tagged_link(shop_url, trigger_type, 'header')) as shop_link_html,
    html(logo_url) as logo_url_html,
    preferences_url,
    unsubscribe_url,
    unsubscribe_email,
    tagged_link(support_url, trigger_type, 'footer') as support_link,
    html(tagged_link(support_url, trigger_type, 'footer')) as support_link_html,
    postal_address,
    html(postal_address) as postal_address_html,
    footer_reason,
    html(footer_reason) as footer_reason_html,
    is_synthetic,
    strftime(as_of, '%Y-%m-%d') as as_of_date,
    found_faults(
        [
            text_fault('subject', subject),
            text_fault('preheader', preheader),
            text_fault('greeting', greeting),
            choice_fault('direction', direction, ['ltr', 'rtl']),
            choice_fault('layout', layout, ['grid', 'hero', 'list', 'carousel']),
            text_fault('trigger_type', trigger_type),
            case when offer is not null then text_fault('offer', clean_text(offer.offer_name)) end,
            case when offer is not null then text_fault('offer', offer.ends_text) end,
            text_fault('shop_name', shop_name),
            link_fault('shop_url', shop_url),
            case when logo_url is not null then link_fault('logo_url', logo_url) end,
            link_fault('preferences_url', preferences_url),
            link_fault('unsubscribe_url', unsubscribe_url),
            address_fault('unsubscribe_email', unsubscribe_email),
            link_fault('support_url', support_url),
            text_fault('postal_address', postal_address),
            text_fault('footer_reason', footer_reason)
        ]
        || coalesce(list_transform(blocks, lambda entry: text_fault('blocks.title', entry.title)), [])
    ) as faults
from chosen_messages
order by user_id, message_id
